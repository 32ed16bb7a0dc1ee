/// Edits against reference tokens, summed over a test set: word error rate when tokens are words of a
/// sentence, phone error rate when they are phones of a word.
///
/// With several references the nearest counts: the one of the fewest edits, and the first of those.
/// The rate is the sum of the edits over the sum of these references' lengths.
public struct ErrorRate: AdditiveStatistics {
  /// Tokens of outputs that references lack.
  public private(set) var insertions = 0
  /// Tokens of references that outputs lack.
  public private(set) var deletions = 0
  /// Tokens that stand for others.
  public private(set) var substitutions = 0
  /// The tokens of the nearest references so far.
  public private(set) var referenceTokenCount = 0

  /// Nothing counted yet.
  public init() {}

  /// The number of edits.
  public var editCount: Int { insertions + deletions + substitutions }

  /// Edits per reference token, from 0; it can exceed 1. `nil` when there is no reference token to divide by.
  public var rate: Double? {
    referenceTokenCount == 0 ? nil : Double(editCount) / Double(referenceTokenCount)
  }

  /// Adds a hypothesis and its references, of which there must be at least one.
  public mutating func add<Element: Equatable>(hypothesis: [Element], references: [[Element]]) {
    guard let first = references.first else { fatalError("ErrorRate.add: there is no reference") }
    var nearest = (distance: EditDistance(from: first, to: hypothesis), length: first.count)
    for reference in references.dropFirst() {
      let distance = EditDistance(from: reference, to: hypothesis)
      if distance.total < nearest.distance.total { nearest = (distance, reference.count) }
    }
    insertions += nearest.distance.insertions
    deletions += nearest.distance.deletions
    substitutions += nearest.distance.substitutions
    referenceTokenCount += nearest.length
  }

  /// Adds the counts of other outputs.
  public static func += (sum: inout Self, other: Self) {
    sum.insertions += other.insertions
    sum.deletions += other.deletions
    sum.substitutions += other.substitutions
    sum.referenceTokenCount += other.referenceTokenCount
  }
}
