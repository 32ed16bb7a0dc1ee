import AttentionKit
import Foundation

extension Command {
  static let translate = Command(
    name: "translate", summary: "translate standard input, line by line", words: "",
    wordCount: 0...0,
    details: """
      Reads one source a line from standard input and writes one output a line to standard output, in the
      same order, as soon as it has them. An empty line gives an empty line.
      With --n-best, each output has a line NUMBER<TAB>SCORE<TAB>OUTPUT, the best of a source first; NUMBER
      counts sources from 1, SCORE is the log-probability after the length penalty. With --json, each source
      has a line with an object: outputs, scores, tokens and the log-probability of each token.
      """,
    options: [
      TrainedModel.option(isRequired: true),
      .init("--n-best", "N", "so many outputs for each source"),
      .init("--prefixes", "FILE", "what the output of each line must begin with, a line for each"),
    ] + SearchOptions.options + SourceBatches.options + [
      .init("--json", nil, "write a JSON object for each source")
    ],
    run: { arguments in
      let models = try arguments.allRequired("--model")
      let resultCount = try arguments.positiveInteger("--n-best")
      let search = try SearchOptions(arguments, resultCount: resultCount ?? 1)
      let batches = try SourceBatches(arguments)
      let trained = try TrainedModel(together: models)
      var translation = Translation(
        trained: trained, search: search, batches: batches,
        format: arguments.has("--json") ? .json : resultCount == nil ? .lines : .list)
      if let file = arguments["--prefixes"] {
        translation.prefixes = try TextFile.lines(of: file)
        translation.prefixFile = file
      }
      try translation.run()
    })
}

/// One call of `attend translate`.
private struct Translation {
  enum Format { case lines, list, json }

  let trained: TrainedModel
  let search: SearchOptions
  let batches: SourceBatches
  let format: Format
  var prefixes: [String]?
  var prefixFile = ""
  private var lineCount = 0
  private var unknown = UnknownTokens()

  init(trained: TrainedModel, search: SearchOptions, batches: SourceBatches, format: Format) {
    self.trained = trained
    self.search = search
    self.batches = batches
    self.format = format
  }

  mutating func run() throws {
    var input = InputLines()
    var progress = CountProgress("lines")
    while true {
      // Some batches at a time: enough to find sources of similar length, and long input still begins to come
      // out before all of it is read.
      let lines = try input.next(atMost: batches.sourceLimit * 16)
      if lines.isEmpty { break }
      try StandardStreams.write(output(of: lines, tokens: encode(lines)))
      lineCount += lines.count
      progress.show(lineCount)
    }
    progress.end()
    if unknown.count > 0 { Command.say("\(unknown)") }
    if let prefixes, prefixes.count != lineCount {
      throw TextFileError(
        file: prefixFile,
        problem: .lineCounts(
          found: prefixes.count, otherFile: "standard input", other: lineCount))
    }
  }

  /// The tokens of each line; those that are not known are counted.
  private mutating func encode(_ lines: [String]) -> [[Int]] {
    lines.enumerated().map { index, line in
      let tokens = trained.codec.source.encode(line)
      let numbers = trained.codec.encodeSource(tokens)
      unknown.add(
        tokens, numbers: Array(numbers.prefix(tokens.count)), trained.codec.sourceVocabulary,
        at: TextPlace(file: "standard input", line: lineCount + index + 1))
      return numbers
    }
  }

  private func output(of lines: [String], tokens: [[Int]]) throws -> String {
    let codec = trained.codec
    var forced: [[Int]]?
    if let prefixes {
      let rows = lineCount..<lineCount + lines.count
      if rows.upperBound > prefixes.count {
        throw TextFileError(
          file: prefixFile, line: prefixes.count + 1,
          problem: .unreadable(reason: "expected a prefix for each line of standard input"))
      }
      forced = rows.map { codec.encodeTarget(prefixes[$0]) }
    }
    let results = try trained.decode(
      tokens, search: search, batches: batches, firstLine: lineCount + 1, prefixes: forced)
    var text = ""
    for (index, hypotheses) in results.enumerated() {
      switch format {
      case .lines: text += codec.decodeTarget(hypotheses[0].tokens) + "\n"
      case .list:
        for hypothesis in hypotheses {
          text +=
            "\(lineCount + index + 1)\t\(hypothesis.normalizedScore)\t"
            + codec.decodeTarget(hypothesis.tokens) + "\n"
        }
      case .json:
        let report = TranslationReport(
          line: lineCount + index + 1, source: lines[index],
          outputs: hypotheses.map { .init($0, codec: codec) })
        text += try report.json() + "\n"
      }
    }
    return text
  }
}

/// What `--json` writes for a source.
private struct TranslationReport: Codable {
  struct Output: Codable {
    var text: String
    var score: Float
    var logProbability: Float
    var tokens: [String]
    var tokenLogProbabilities: [Float]
    var isFinished: Bool

    init(_ hypothesis: Hypothesis, codec: Codec) {
      text = codec.decodeTarget(hypothesis.tokens)
      score = hypothesis.normalizedScore
      logProbability = hypothesis.score
      // The end token has a log-probability as well, so it is shown.
      tokens =
        hypothesis.tokens.map { codec.targetVocabulary[$0] }
        + (hypothesis.isFinished ? [codec.targetVocabulary[codec.targetVocabulary.endID]] : [])
      tokenLogProbabilities = hypothesis.logProbabilities
      isFinished = hypothesis.isFinished
    }
  }

  var line: Int
  var source: String
  var outputs: [Output]

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
