import AttentionKit

/// A metric that `evaluate` knows, and how its score is written.
struct EvaluationMetric {
  static let names = ["bleu", "chrf", "chrf++", "ter", "wer", "per"]

  let name: String
  private let bleuTokenizer: BLEUTokenizer
  private let ignoresCase: Bool

  /// The metrics that the options ask for.
  static func all(_ arguments: Arguments) throws -> [EvaluationMetric] {
    let standard = arguments.has("--target") ? "bleu,chrf" : "wer,per"
    let tokenizerName = arguments["--tokenize"] ?? "13a"
    guard let tokenizer = BLEUTokenizer(rawValue: tokenizerName) else {
      let known = BLEUTokenizer.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("--tokenize: expected one of \(known), found \"\(tokenizerName)\"")
    }
    return try (arguments["--metrics"] ?? standard).split(separator: ",").map { part in
      let name = part.lowercased()
      guard names.contains(name) else {
        throw UsageError(
          "--metrics: expected some of \(names.joined(separator: ", ")), found \"\(part)\"")
      }
      return EvaluationMetric(
        name: name, bleuTokenizer: tokenizer, ignoresCase: arguments.has("--lowercase"))
    }
  }

  /// - Parameters:
  ///   - tokenizer: what cuts text into the tokens of wer and per.
  ///   - baseline: outputs to compare with.
  func score(
    _ hypotheses: [String], _ references: [[String]], baseline: [String]?,
    tokenizer: any Tokenizer, hasConfidence: Bool
  ) throws -> EvaluationReport.Score {
    func corpus(_ metric: some CorpusMetric) throws -> EvaluationReport.Score {
      try score(metric, hypotheses, references, baseline: baseline, hasConfidence: hasConfidence)
    }
    switch name {
    case "bleu":
      return try corpus(BLEU(tokenizer: bleuTokenizer, ignoresCase: ignoresCase))
    case "chrf": return try corpus(ChrF(ignoresCase: ignoresCase))
    case "chrf++": return try corpus(ChrF(wordOrder: 2, ignoresCase: ignoresCase))
    case "ter": return try corpus(TER())
    default:
      var report = EvaluationReport.Score(
        name: name, value: tokenError(hypotheses, references, tokenizer))
      if let baseline { report.baseline = tokenError(baseline, references, tokenizer) }
      return report
    }
  }

  /// In percent.
  private func tokenError(
    _ hypotheses: [String], _ references: [[String]], _ tokenizer: any Tokenizer
  ) -> Double {
    // Compared as text tokens, so that a reference token outside a vocabulary can never match.
    var exact = ExactMatch()
    var errors = ErrorRate()
    for (hypothesis, alternatives) in zip(hypotheses, references) {
      let tokens = tokenizer.encode(hypothesis)
      let right = alternatives.map(tokenizer.encode)
      if name == "wer" {
        exact.add(hypothesis: tokens, references: right)
      } else {
        errors.add(hypothesis: tokens, references: right)
      }
    }
    return 100 * ((name == "wer" ? exact.errorRate : errors.rate) ?? 0)
  }

  private func score(
    _ metric: some CorpusMetric, _ hypotheses: [String], _ references: [[String]],
    baseline: [String]?, hasConfidence: Bool
  ) throws -> EvaluationReport.Score {
    let resampling = Resampling.bootstrap(resamples: 1000, seed: 12345)
    let statistics = try metric.statistics(hypotheses: hypotheses, references: references)
    let score = metric.score(of: metric.sum(statistics))
    let signature = metric.signature(
      references: references, resampling: hasConfidence || baseline != nil ? resampling : nil)
    let interval = hasConfidence ? metric.confidenceInterval(of: statistics) : nil
    var report = EvaluationReport.Score(name: name, value: score.value)
    report.signature = signature
    report.line = score.formatted(signature: signature, confidence: interval)
    report.interval = interval.map { [$0.lower, $0.upper] }
    if let baseline {
      let comparison = metric.compare(
        statistics, to: try metric.statistics(hypotheses: baseline, references: references),
        by: resampling)
      report.baseline = comparison.baselineScore
      report.pValue = comparison.pValue
    }
    return report
  }
}
