/// How much was done somewhere, and how long it took.
public struct ProfileWork: Codable, Hashable, Sendable {
  /// Wall-clock time.
  public var seconds = 0.0
  /// Floating-point operations of products, as `OperationCounter` counts them.
  public var flops = 0.0
  /// Bytes that the operations had to move at the least: the tensors that they were given and gave.
  public var bytes = 0.0
  /// How many operations there were.
  public var count = 0.0

  /// Nothing.
  public init() {}

  /// Both together.
  public static func + (a: ProfileWork, b: ProfileWork) -> ProfileWork {
    var sum = a
    sum.seconds += b.seconds
    sum.flops += b.flops
    sum.bytes += b.bytes
    sum.count += b.count
    return sum
  }

  /// Every number times a factor.
  public static func * (a: ProfileWork, factor: Double) -> ProfileWork {
    var product = a
    product.seconds *= factor
    product.flops *= factor
    product.bytes *= factor
    product.count *= factor
    return product
  }
}
