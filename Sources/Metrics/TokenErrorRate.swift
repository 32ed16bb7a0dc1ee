/// Edits per reference token, as a metric of text: word error rate of sentences, phone error rate of words
/// whose phones are separated by spaces.
///
/// Tokens end at white space. With several references the nearest counts; ``ErrorRate`` says which that is.
public struct TokenErrorRate: CorpusMetric, Equatable {
  /// What scores are called.
  public var name: String
  /// Whether case is ignored.
  public var ignoresCase: Bool

  /// - Parameter name: `WER` where tokens are words, `PER` where they are phones.
  public init(name: String = "WER", ignoresCase: Bool = false) {
    self.name = name
    self.ignoresCase = ignoresCase
  }

  /// A lower rate is a better one.
  public var higherIsBetter: Bool { false }

  /// Zero.
  public var emptyStatistics: ErrorRate { ErrorRate() }

  /// Counts one sentence's edits.
  public func statistics(hypothesis: String, references: [String]) -> ErrorRate {
    var rate = ErrorRate()
    rate.add(
      hypothesis: tokens(of: hypothesis, ignoringCase: ignoresCase),
      references: references.map { tokens(of: $0, ignoringCase: ignoresCase) })
    return rate
  }

  /// Divides edits by tokens. Without reference tokens any edit makes 100.
  public func score(of statistics: ErrorRate) -> ErrorRateScore {
    ErrorRateScore(
      name: name, value: 100 * (statistics.rate ?? (statistics.editCount > 0 ? 1 : 0)),
      details: "(ins = \(statistics.insertions) del = \(statistics.deletions) "
        + "sub = \(statistics.substitutions) ref_len = \(statistics.referenceTokenCount))")
  }

  /// `case:mixed|tok:none`.
  public var settings: String { "case:\(ignoresCase ? "lc" : "mixed")|tok:none" }
}

/// What white space separates, compared scalar by scalar.
func tokens(of sentence: String, ignoringCase: Bool) -> [ArraySlice<Unicode.Scalar>] {
  let text = ScalarText(sentence.unicodeScalars)
  return (ignoringCase ? text.lowercased : text).words
}
