/// How alignments agree with ones by hand (Och and Ney 2003, section 5.1).
public struct AlignmentErrorRate: Sendable, Equatable {
  /// |A|: links found.
  public private(set) var linkCount = 0
  /// |S|: links that should be found.
  public private(set) var sureCount = 0
  /// |A ∩ S|
  public private(set) var foundSureCount = 0
  /// |A ∩ P|
  public private(set) var foundPossibleCount = 0

  /// Of no sentence yet.
  public init() {}

  /// Of sentences and their references.
  ///
  /// - Throws: ``AttentionMapError/alignmentCounts(found:reference:)`` when there are not as many.
  public init(of alignments: [TokenAlignment], references: [AlignmentReference])
    throws(AttentionMapError)
  {
    if alignments.count != references.count {
      throw .alignmentCounts(found: alignments.count, reference: references.count)
    }
    for (alignment, reference) in zip(alignments, references) { add(alignment, reference) }
  }

  /// Counts a sentence.
  public mutating func add(_ alignment: TokenAlignment, _ reference: AlignmentReference) {
    linkCount += alignment.links.count
    sureCount += reference.sure.count
    foundSureCount += alignment.links.intersection(reference.sure).count
    foundPossibleCount += alignment.links.intersection(reference.possible).count
  }

  /// 1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|), from 0 (best) to 1; `nil` when there are no links at all.
  public var rate: Double? {
    Self.share(linkCount + sureCount - foundSureCount - foundPossibleCount, linkCount + sureCount)
  }

  /// |A ∩ P| / |A|
  public var precision: Double? { Self.share(foundPossibleCount, linkCount) }

  /// |A ∩ S| / |S|
  public var recall: Double? { Self.share(foundSureCount, sureCount) }

  private static func share(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }
}
