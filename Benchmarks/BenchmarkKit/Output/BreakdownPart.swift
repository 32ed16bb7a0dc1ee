/// One part of a ``Breakdown``, and the parts that it consists of.
public struct BreakdownPart: Codable, Hashable, Sendable {
  /// What it is, such as `self-attention`.
  public let name: String
  /// Its time, its children's included.
  public let seconds: Double
  /// Its time as a share of the whole tree's, from 0 to 1; nought until it stands in a ``Breakdown``.
  public private(set) var share = 0.0
  /// Floating-point operations, its children's included; nil where they are not known.
  public let flops: Double?
  /// Bytes that it has to move at the least, its children's included; nil where they are not known.
  public let bytes: Double?
  /// The parts that it consists of; empty at a leaf.
  public private(set) var children: [BreakdownPart]

  /// A part with its own numbers.
  public init(
    _ name: String, seconds: Double, flops: Double? = nil, bytes: Double? = nil,
    children: [BreakdownPart] = []
  ) {
    self.name = name
    self.seconds = seconds
    self.flops = flops
    self.bytes = bytes
    self.children = children
  }

  /// Floating-point operations a second; nil where there are none.
  public var flopRate: Double? { rate(of: flops) }

  /// Bytes a second; nil where there are none.
  public var byteRate: Double? { rate(of: bytes) }

  /// The least time in which this machine could do the part: its operations at the best rate or its bytes at the best
  /// rate, whichever takes longer, for each part of it one after the other.
  public func floor(flopCeiling: Double, byteCeiling: Double) -> Double {
    let own = max((flops ?? 0) / flopCeiling, (bytes ?? 0) / byteCeiling)
    let parts = children.reduce(0) {
      $0 + $1.floor(flopCeiling: flopCeiling, byteCeiling: byteCeiling)
    }
    return max(own, parts)
  }

  private func rate(of amount: Double?) -> Double? {
    guard let amount, amount > 0, seconds > 0 else { return nil }
    return amount / seconds
  }

  /// The same tree with shares of a whole of so many seconds.
  func sharing(_ whole: Double) -> BreakdownPart {
    var result = self
    result.share = whole > 0 ? seconds / whole : 0
    result.children = children.map { $0.sharing(whole) }
    return result
  }
}
