/// Makes something when it is first asked for, and anew when all who had it have let it go: the inputs of contenders
/// that are ready at the same time, and of nobody before or after.
final class Shared<Value: AnyObject> {
  private weak var value: Value?
  private let make: () throws -> Value

  init(_ make: @escaping () throws -> Value) {
    self.make = make
  }

  func get() throws -> Value {
    if let value { return value }
    let new = try make()
    value = new
    return new
  }
}
