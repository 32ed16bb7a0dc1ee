import AttentionKit

/// A metric that `evaluate` knows, and how its score is written.
struct EvaluationMetric {
  static let names = ["bleu", "chrf", "chrf++", "ter", "wer", "per"]

  let name: String
  private let metric: any CorpusMetric
  /// Whether it compares a model's tokens rather than text.
  private let comparesTokens: Bool

  /// The metrics that the options ask for.
  static func all(_ arguments: Arguments) throws -> [EvaluationMetric] {
    let standard = arguments.has("--target") ? "bleu,chrf" : "wer,per"
    let tokenizer = try arguments.choice(
      "--tokenize", BLEUTokenizer.self, default: .mteval13a)
    let ignoresCase = arguments.has("--lowercase")
    return try (arguments["--metrics"] ?? standard).split(separator: ",").map { part in
      let metric: any CorpusMetric
      switch part.lowercased() {
      case "bleu": metric = BLEU(tokenizer: tokenizer, ignoresCase: ignoresCase)
      case "chrf": metric = ChrF(ignoresCase: ignoresCase)
      case "chrf++": metric = ChrF(wordOrder: 2, ignoresCase: ignoresCase)
      case "ter": metric = TER()
      case "wer": metric = SequenceErrorRate(name: "WER", ignoresCase: ignoresCase)
      case "per": metric = TokenErrorRate(name: "PER", ignoresCase: ignoresCase)
      default:
        throw UsageError(
          "--metrics: expected some of \(names.joined(separator: ", ")), found \"\(part)\"")
      }
      return EvaluationMetric(
        name: part.lowercased(), metric: metric,
        comparesTokens: metric is SequenceErrorRate || metric is TokenErrorRate)
    }
  }

  /// - Parameters:
  ///   - baseline: outputs to compare with.
  ///   - tokenizer: what cuts text into the tokens of wer and per.
  ///   - groups: rows that are scored by themselves too.
  /// - Returns: the score of all rows, and that of each group.
  func scores(
    _ hypotheses: [String], _ references: [[String]], baseline: [String]?,
    tokenizer: any Tokenizer, hasConfidence: Bool, groups: [[Int]]
  ) throws -> (all: EvaluationReport.Score, groups: [EvaluationReport.Score]) {
    // Text tokens and not numbers, so that a reference token outside a vocabulary can never match. White space
    // separates tokens here, so one that is a space gets a sign.
    func prepared(_ text: String) -> String {
      comparesTokens
        ? tokenizer.encode(text).map { $0.allSatisfy(\.isWhitespace) ? "␣" : $0 }
          .joined(separator: " ")
        : text
    }
    return try scores(
      metric, hypotheses.map(prepared), references.map { $0.map(prepared) },
      baseline: baseline?.map(prepared), hasConfidence: hasConfidence, groups: groups)
  }

  private func scores(
    _ metric: some CorpusMetric, _ hypotheses: [String], _ references: [[String]],
    baseline: [String]?, hasConfidence: Bool, groups: [[Int]]
  ) throws -> (all: EvaluationReport.Score, groups: [EvaluationReport.Score]) {
    let statistics = try metric.statistics(hypotheses: hypotheses, references: references)
    let other = try baseline.map { try metric.statistics(hypotheses: $0, references: references) }
    let resampling = hasConfidence || baseline != nil ? Self.bootstrap : nil
    let all = score(
      metric, statistics, baseline: other, hasConfidence: hasConfidence,
      signature: metric.signature(references: references, resampling: resampling))
    return (
      all,
      groups.map { rows in
        score(
          metric, rows.map { statistics[$0] },
          baseline: other.map { other in rows.map { other[$0] } },
          hasConfidence: hasConfidence, signature: nil)
      }
    )
  }

  /// - Parameter signature: `nil` for a part of the test set.
  private func score<Metric: CorpusMetric>(
    _ metric: Metric, _ statistics: [Metric.Statistics], baseline: [Metric.Statistics]?,
    hasConfidence: Bool, signature: String?
  ) -> EvaluationReport.Score {
    let score = metric.score(of: metric.sum(statistics))
    let interval = hasConfidence ? metric.confidenceInterval(of: statistics) : nil
    var report = EvaluationReport.Score(name: name, value: score.value)
    report.signature = signature
    report.line = score.formatted(signature: signature ?? "", confidence: interval)
    report.interval = interval.map { [$0.lower, $0.upper] }
    report.baseline = baseline.map { metric.score(of: metric.sum($0)).value }
    // Parts are too small, and too many, to be tested one by one.
    if let baseline, signature != nil {
      report.bootstrapP = metric.compare(statistics, to: baseline, by: Self.bootstrap).pValue
      report.randomizationP =
        metric.compare(
          statistics, to: baseline, by: .approximateRandomization(trials: 10_000, seed: 12345)
        ).pValue
    }
    return report
  }

  private static var bootstrap: Resampling { .bootstrap(resamples: 1000, seed: 12345) }
}
