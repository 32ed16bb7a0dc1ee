/// The share of outputs that equal none of their references, token for token: the word error rate of
/// grapheme-to-phoneme conversion, the sentence error rate elsewhere.
///
/// Tokens end at white space, of which the amount does not matter.
public struct SequenceErrorRate: CorpusMetric, Equatable {
  /// What scores are called.
  public var name: String
  /// Whether case is ignored.
  public var ignoresCase: Bool

  /// - Parameter name: `SER`; `WER` where each sequence is a word.
  public init(name: String = "SER", ignoresCase: Bool = false) {
    self.name = name
    self.ignoresCase = ignoresCase
  }

  /// A lower rate is a better one.
  public var higherIsBetter: Bool { false }

  /// Zero.
  public var emptyStatistics: ExactMatch { ExactMatch() }

  /// Compares one output.
  public func statistics(hypothesis: String, references: [String]) -> ExactMatch {
    var match = ExactMatch()
    match.add(
      hypothesis: tokens(of: hypothesis, ignoringCase: ignoresCase),
      references: references.map { tokens(of: $0, ignoringCase: ignoresCase) })
    return match
  }

  /// Divides errors by outputs; 0 when there are none.
  public func score(of statistics: ExactMatch) -> ErrorRateScore {
    ErrorRateScore(
      name: name, value: 100 * (statistics.errorRate ?? 0),
      details:
        "(errors = \(statistics.count - statistics.matchCount) outputs = \(statistics.count))"
    )
  }

  /// `case:mixed|tok:none`.
  public var settings: String { "case:\(ignoresCase ? "lc" : "mixed")|tok:none" }
}
