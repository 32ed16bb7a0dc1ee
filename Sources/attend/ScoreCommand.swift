import AttentionKit
import Foundation

extension Command {
  static let score = Command(
    name: "score", summary: "show how probable a model holds given targets", words: "",
    wordCount: 0...0,
    details: """
      Writes for each pair of lines the log-probability of the target given the source (natural logarithm, end
      token included), a tab, and the number of tokens that were predicted. Empty sources cannot be scored and
      get "nan" and 0. At the end, the perplexity per token is shown on standard error.
      """,
    options: [
      TrainedModel.option(isRequired: true),
      .init("--data", "FILE", "SOURCE<TAB>TARGET lines; - is standard input"),
      .init("--source", "FILE", "one source a line, with --target"),
      .init("--target", "FILE", "one target a line"),
    ] + SourceBatches.options + [
      .init("--json", nil, "write a JSON object for each pair, with each token's log-probability")
    ],
    run: { arguments in
      let models = try arguments.allRequired("--model")
      let pairs = try pairs(arguments)
      let trained = try TrainedModel(together: models)
      let codec = trained.codec
      let tokens = pairs.map {
        TokenPair(source: codec.encodeSource($0.source), target: codec.encodeTarget($0.target))
      }
      if let limit = trained.model.maximumLength,
        let row = tokens.firstIndex(where: { max($0.source.count, $0.target.count + 1) > limit })
      {
        throw LineError(
          line: row + 1,
          problem: "expected at most \(limit) tokens (model.maximumLength), found "
            + "\(max(tokens[row].source.count, tokens[row].target.count + 1))")
      }
      let scorer = SequenceScorer(
        start: codec.targetVocabulary.startID, end: codec.targetVocabulary.endID)
      var results = [Hypothesis?](repeating: nil, count: pairs.count)
      var progress = CountProgress("pairs", total: pairs.count)
      var done = 0
      let scorable = tokens.indices.filter { !tokens[$0].source.isEmpty }
      let lengths = scorable.map { max(tokens[$0].source.count, tokens[$0].target.count + 1) }
      for batch in try SourceBatches(arguments).batches(lengths) {
        let rows = batch.map { scorable[$0] }
        let hypotheses = try scorer.score(
          rows.map { tokens[$0].target }, given: rows.map { tokens[$0].source },
          with: trained.model)
        for (row, hypothesis) in zip(rows, hypotheses) { results[row] = hypothesis }
        done += rows.count
        progress.show(done)
      }
      progress.end()
      let report = arguments.has("--json") ? json : line
      for (index, result) in results.enumerated() {
        try StandardStreams.writeLine(report(index + 1, result, codec))
      }
      let known = results.compactMap { $0 }
      let perplexity = Perplexity(
        negativeLogLikelihood: -known.reduce(0) { $0 + Double($1.score) },
        tokenCount: known.reduce(0) { $0 + $1.logProbabilities.count })
      if let value = perplexity.value {
        Command.say(
          "perplexity \(String(format: "%.4f", value)) of \(perplexity.tokenCount) tokens, end tokens included"
        )
      }
    })

  /// Every line stands for itself here, blank ones too, so that results belong to lines.
  private static func pairs(_ arguments: Arguments) throws -> [TextPair] {
    if let data = arguments["--data"] {
      if arguments.has("--source") || arguments.has("--target") {
        throw UsageError("expected --data, or --source and --target, found both")
      }
      return try TextPair.lines(tsv: data)
    }
    let (source, target) = (
      try arguments.required("--source"), try arguments.required("--target")
    )
    let (sources, targets) = (try TextFile.lines(of: source), try TextFile.lines(of: target))
    if sources.count != targets.count {
      throw TextFileError(
        file: source,
        problem: .lineCounts(
          found: sources.count, otherFile: target, other: targets.count))
    }
    return zip(sources, targets).map { TextPair(source: $0, target: $1) }
  }

  private static func line(_ number: Int, _ result: Hypothesis?, _ codec: Codec) -> String {
    guard let result else { return "nan\t0" }
    return "\(result.score)\t\(result.logProbabilities.count)"
  }

  private static func json(_ number: Int, _ result: Hypothesis?, _ codec: Codec) throws -> String {
    struct Report: Codable {
      var line: Int
      var logProbability: Float?
      var tokens: [String]
      var tokenLogProbabilities: [Float]
    }
    let vocabulary = codec.targetVocabulary
    let tokens = result.map { $0.tokens.map { vocabulary[$0] } + [vocabulary[vocabulary.endID]] }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // JSON has no infinity, which is what an impossible token has.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(
      decoding: try encoder.encode(
        Report(
          line: number, logProbability: result?.score, tokens: tokens ?? [],
          tokenLogProbabilities: result?.logProbabilities ?? [])), as: UTF8.self)
  }
}
