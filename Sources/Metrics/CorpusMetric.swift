/// A score of a whole test set that is computed from counts of its sentences.
///
/// A metric looks at each sentence once and keeps a few numbers of it, its sufficient statistics. They add up:
/// the score of any set of sentences is the score of the sum of their statistics. It is not the mean of the
/// sentences' scores. Because of this a bootstrap over thousands of resamples only adds numbers.
///
///     let bleu = BLEU()
///     let score = try bleu.score(hypotheses: outputs, references: references.map { [$0] })
///     print(score.formatted(signature: bleu.signature(references: ...)))
public protocol CorpusMetric: Sendable {
  /// What is kept of a sentence.
  associatedtype Statistics: AdditiveStatistics
  /// What comes out.
  associatedtype Score: MetricScore

  /// Whether a greater score is a better one (BLEU) or a worse one (TER).
  var higherIsBetter: Bool { get }

  /// The statistics of no sentences.
  var emptyStatistics: Statistics { get }

  /// The statistics of one sentence.
  ///
  /// - Parameter references: at least one; an empty one counts as a reference.
  func statistics(hypothesis: String, references: [String]) -> Statistics

  /// The score of the sentences whose statistics were added up.
  func score(of statistics: Statistics) -> Score

  /// The settings that decide the score, as `key:value` separated by `|`, for the signature.
  var settings: String { get }
}

extension CorpusMetric {
  /// The statistics of every sentence, in order.
  ///
  /// - Parameter references: for each hypothesis its references, one or more.
  /// - Throws: ``MetricError`` when the counts differ or a sentence has no reference.
  public func statistics(
    hypotheses: [String], references: [[String]]
  ) throws(MetricError) -> [Statistics] {
    guard hypotheses.count == references.count else {
      throw .differentCounts(hypotheses: hypotheses.count, references: references.count)
    }
    if let segment = references.firstIndex(where: \.isEmpty) {
      throw .noReference(segment: segment)
    }
    return zip(hypotheses, references).map { statistics(hypothesis: $0, references: $1) }
  }

  /// The sum of statistics.
  public func sum(_ statistics: some Sequence<Statistics>) -> Statistics {
    statistics.reduce(into: emptyStatistics, +=)
  }

  /// The score of a test set.
  ///
  /// - Parameter references: for each hypothesis its references, one or more.
  /// - Throws: ``MetricError`` when the counts differ or a sentence has no reference.
  public func score(
    hypotheses: [String], references: [[String]]
  ) throws(MetricError) -> Score {
    score(of: sum(try statistics(hypotheses: hypotheses, references: references)))
  }

  /// The score of one sentence.
  ///
  /// - Parameter references: at least one.
  public func sentenceScore(hypothesis: String, references: [String]) -> Score {
    score(of: statistics(hypothesis: hypothesis, references: references))
  }

  /// What another person needs to compute the same score, in sacreBLEU's format:
  /// `nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:...`.
  ///
  /// - Parameters:
  ///   - references: of each sentence; `nrefs` is their number, or `var` where it varies.
  ///   - resampling: the test in which the score was computed, if any.
  public func signature(references: [[String]], resampling: Resampling? = nil) -> String {
    let counts = Set(references.map(\.count))
    let count = counts.count == 1 ? counts.first.map(String.init) : nil
    return signature(referenceCount: count ?? "var", resampling: resampling)
  }

  /// The signature where every sentence has the same number of references.
  public func signature(referenceCount: Int = 1, resampling: Resampling? = nil) -> String {
    signature(referenceCount: String(referenceCount), resampling: resampling)
  }

  private func signature(referenceCount: String, resampling: Resampling?) -> String {
    (["nrefs:\(referenceCount)"] + (resampling.map { [$0.description] } ?? [])
      + [settings, "version:\(metricsVersion)"]).joined(separator: "|")
  }
}

/// What the signatures say computed a score. It is not sacreBLEU, though the scores are equal to those of
/// sacreBLEU 2.6.0.
public let metricsVersion = "swift-attention-0.1.0"
