/// What one run does, as counted by whoever wrote the contender. The runner only divides by it.
public struct Cost: Codable, Hashable, Sendable {
  /// Floating-point operations of one run (a multiply-add is two).
  public let flops: Double?
  /// Bytes that one run has to move to and from memory at the least.
  public let bytes: Double?
  /// Units of useful work in one run, such as `["target tokens": 512]`.
  public let items: [String: Double]

  /// What is not known stays nil.
  public init(flops: Double? = nil, bytes: Double? = nil, items: [String: Double] = [:]) {
    self.flops = flops
    self.bytes = bytes
    self.items = items
  }
}
