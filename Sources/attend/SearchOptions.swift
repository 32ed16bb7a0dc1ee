import AttentionKit

/// How outputs are searched for: what `translate` and `evaluate` have in common.
struct SearchOptions {
  enum Method {
    case greedy
    case beam(size: Int, penalty: LengthPenalty)
    case sampling(SamplingDistribution, seed: UInt64)
  }

  static let options: [Arguments.Option] = [
    .init("--beam", "N", "hypotheses of beam search; 1 is greedy (default 4, as in the paper)"),
    .init("--length-penalty", "KIND", "paper, average or none (default paper)"),
    .init("--alpha", "X", "exponent of the paper's length penalty (default 0.6)"),
    .init("--sample", nil, "draw tokens at random instead"),
    .init("--temperature", "X", "of --sample: below 1 sharper, above flatter (default 1)"),
    .init("--top-k", "N", "of --sample: only the N most probable tokens"),
    .init("--top-p", "X", "of --sample: only the most probable tokens that together have X"),
    .init("--seed", "N", "of --sample (default 1)"),
    .init("--minimum-length", "N", "tokens that an output has at least (default 0)"),
    .init("--maximum-length", "N", "tokens that it has at most (default: of its source, + 50)"),
    .init("--block-ngrams", "N", "no N tokens in a row come twice in an output"),
    .init("--repetition-penalty", "X", "makes tokens that came already less probable (default 1)"),
  ]

  let method: Method
  /// How many outputs for each source.
  let resultCount: Int
  private let constraints: DecodingConstraints

  /// - Parameter resultCount: how many outputs for each source.
  init(_ arguments: Arguments, resultCount: Int = 1) throws {
    self.resultCount = resultCount
    let beam = try arguments.positiveInteger("--beam")
    let alpha = try arguments.number("--alpha")
    let samplingOptions = ["--temperature", "--top-k", "--top-p", "--seed"]
    if arguments.has("--sample") {
      for option in ["--beam", "--length-penalty", "--alpha"] where arguments.has(option) {
        throw UsageError("\(option) is of beam search and --sample draws at random: expected one")
      }
      method = .sampling(
        SamplingDistribution(
          temperature: Float(try arguments.number("--temperature") ?? 1),
          topK: try arguments.positiveInteger("--top-k"),
          topP: try arguments.number("--top-p").map(Float.init)),
        seed: UInt64(try arguments.nonNegativeInteger("--seed") ?? 1))
    } else {
      if let option = samplingOptions.first(where: arguments.has) {
        throw UsageError("\(option) needs --sample")
      }
      let kind = arguments["--length-penalty"] ?? "paper"
      if alpha != nil && kind != "paper" {
        throw UsageError("--alpha is of --length-penalty paper, found \(kind)")
      }
      let penalty: LengthPenalty
      switch kind {
      case "paper": penalty = .paper(alpha: alpha ?? 0.6)
      case "average": penalty = .average
      case "none": penalty = .none
      default:
        throw UsageError("--length-penalty: expected paper, average or none, found \"\(kind)\"")
      }
      let size = beam ?? max(4, resultCount)
      if resultCount > size {
        throw UsageError("--n-best \(resultCount) needs a --beam of at least \(resultCount)")
      }
      method = size == 1 ? .greedy : .beam(size: size, penalty: penalty)
    }
    let maximum = try arguments.positiveInteger("--maximum-length")
    constraints = DecodingConstraints(
      maximumLength: { maximum ?? $0 + 50 },
      minimumLength: try arguments.nonNegativeInteger("--minimum-length") ?? 0,
      blockedNGramLength: try arguments.positiveInteger("--block-ngrams"),
      repetitionPenalty: Float(try arguments.number("--repetition-penalty") ?? 1))
  }

  /// The best outputs of each source of a batch, the best first.
  ///
  /// - Parameters:
  ///   - sentenceNumbers: what random numbers follow from, so that outputs do not depend on the batches.
  ///   - prefixes: what each output must begin with.
  ///   - vocabulary: of the outputs.
  func decode(
    _ sources: [[Int]], sentenceNumbers: [Int], prefixes: [[Int]]? = nil,
    with model: some SequenceModel, vocabulary: Vocabulary
  ) throws -> [[Hypothesis]] {
    let (start, end) = (vocabulary.startID, vocabulary.endID)
    var constraints = constraints
    constraints.forbiddenTokens = vocabulary.neverWrittenIDs
    switch method {
    case .greedy:
      return try GreedyDecoder(start: start, end: end, constraints: constraints)
        .decode(sources, prefixes: prefixes, with: model).map { [$0] }
    case .beam(let size, let penalty):
      return try BeamSearch(
        start: start, end: end, beamSize: size, resultCount: resultCount, lengthPenalty: penalty,
        constraints: constraints
      ).decode(sources, prefixes: prefixes, with: model)
    case .sampling(let distribution, let seed):
      let sampler = Sampler(
        start: start, end: end, seed: seed, distribution: distribution, constraints: constraints)
      // One output after the other, so that memory does not grow with their number.
      let rounds = try (0..<resultCount).map { round in
        try sampler.decode(
          sources, sentenceNumbers: sentenceNumbers.map { $0 * resultCount + round },
          prefixes: prefixes, with: model)
      }
      return sources.indices.map { row in rounds.map { $0[row] } }
    }
  }
}
