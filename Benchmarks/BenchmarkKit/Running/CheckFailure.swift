/// A contender whose output is not what the reference says.
public struct CheckFailure: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}
