/// How many outputs equal one of their references exactly.
///
/// In grapheme-to-phoneme conversion the word error rate is the share that does not: `errorRate`.
public struct ExactMatch: AdditiveStatistics {
  /// The outputs so far.
  public private(set) var count = 0
  /// Those of them that equal a reference.
  public private(set) var matchCount = 0

  /// Nothing counted yet.
  public init() {}

  /// The share of outputs that equal a reference, 0 to 1; `nil` when there are none.
  public var accuracy: Double? { count == 0 ? nil : Double(matchCount) / Double(count) }

  /// The share of outputs that equal no reference, 0 to 1; `nil` when there are none.
  public var errorRate: Double? {
    count == 0 ? nil : Double(count - matchCount) / Double(count)
  }

  /// Adds an output and its references. An output without references matches nothing.
  public mutating func add<Element: Equatable>(hypothesis: [Element], references: [[Element]]) {
    count += 1
    if references.contains(hypothesis) { matchCount += 1 }
  }

  /// Adds the counts of other outputs.
  public static func += (sum: inout Self, other: Self) {
    sum.count += other.count
    sum.matchCount += other.matchCount
  }
}
