import AttentionKit
import BenchmarkKit

/// What a sentence waits for: its first token and each one after, with and without the key-value cache.
struct DecodeSuite: BenchmarkSuite {
  let name = "decode"
  let summary = "time to the first token and per token, with and without the key-value cache"
  let title = "decoding: what the first token and each one after it cost"
  let method: [String] = [
    "models    the peers' size `small` (V 8000, d 256, ff 1024, 4 heads, 3+3 layers; --full: `base`, 32000,",
    "          512, 2048, 8, 6+6), random weights; LSTM of 2+2 layers of the same width, dot attention",
    "outputs   the end token is forbidden, so every output has the same length: T tokens for sources of 32",
    "first     from the call of the search to its first token: the encoder, one step, the choice of a token",
    "next      each token after it: a step for all sentences (and beams) of the batch, the choice, the search's",
    "          bookkeeping; p50 and p99 over all steps of all runs",
    "no cache  the decoder reads the whole prefix again in every step, and computes the source's keys and",
    "          values again; the encoder runs once",
    "checked   a sentence or two: probabilities and choices of greedy search against the model's reading of its",
    "          outputs; without the cache the same tokens as with it; a beam scores no less than greedy search",
  ]

  static let uncachedName = "Transformer, no cache"

  func options(_ settings: Settings) -> RunnerOptions {
    var options = settings.runnerOptions(quick: 12, normal: 16, full: 400)
    options.measuresMemory = false
    options.warmUpTime = 0.1
    // Steps are many: what counts is that every part of the budget is used.
    options.minimumTime = settings.extent == .full ? 2 : 0.5
    return options
  }

  func contenders(_ settings: Settings) throws -> [Contender] {
    let scale = DecodeScale(settings.extent)
    let transformer = try scale.size.transformer(seed: settings.seed)
    let lstm = try scale.size.lstm(seed: settings.seed)
    let contenders =
      scale.cached.map { ($0, contender("Transformer", transformer, $0, scale, settings)) }
      + scale.uncached.map {
        (
          $0,
          contender(
            Self.uncachedName, UncachedTransformer(base: transformer), $0, scale, settings,
            cached: transformer)
        )
      } + scale.recurrent.map { ($0, contender("LSTM", lstm, $0, scale, settings)) }
    // The small before the large: on a busy machine the budget may not last for all. The order of the models stays.
    return contenders.enumerated().sorted {
      ($0.element.0.work, $0.offset) < ($1.element.0.work, $1.offset)
    }.map(\.element.1)
  }

  /// By model, then search, length and batch, however they were measured.
  static func inOrder(_ results: [ContenderResult]) -> [ContenderResult] {
    func key(_ result: ContenderResult) -> [Double] {
      let model = ["Transformer", Self.uncachedName, "LSTM"].firstIndex(of: result.name) ?? 0
      return [
        Double(model), result.task == "greedy" ? 0 : 1, result.value(of: "T") ?? 0,
        result.value(of: "batch") ?? 0,
      ]
    }
    return results.sorted { key($0).lexicographicallyPrecedes(key($1)) }
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.median, .interval, .itemRate("target tokens"), .samples]
  }

  /// - Parameter cached: what the model must agree with, token for token.
  private func contender<Model: SequenceModel>(
    _ name: String, _ model: Model, _ load: DecodeScale.Load, _ scale: DecodeScale,
    _ settings: Settings, cached: Transformer? = nil
  ) -> Contender {
    let tokens = Double(load.batch * load.outputLength)
    return Contender(
      name, task: load.beam == 1 ? "greedy" : "beam \(load.beam)",
      parameters: [SizeParameter("batch", load.batch), SizeParameter("T", load.outputLength)],
      cost: Cost(items: ["target tokens": tokens])
    ) {
      let sources = RandomBatch.sources(
        count: load.batch, length: scale.sourceLength, vocabularySize: scale.size.vocabulary,
        seed: settings.seed)
      let times = StepTimes()
      let observed = ObservedModel(base: model, times: times)
      let search = ForcedDecoding(length: load.outputLength, beamSize: load.beam)
      return Workload(
        check: {
          // A long output says as much as two short ones.
          let some = Array(sources.prefix(load.outputLength > 32 ? 1 : 2))
          try Self.check(search, model, some, cached: cached)
        },
        laps: { times.laps },
        run: { try times.record { blackHole(try search.outputs(sources, with: observed)) } })
    }
  }

  private static func check(
    _ search: ForcedDecoding, _ model: some SequenceModel, _ sources: [[Int]],
    cached: Transformer?
  ) throws {
    let outputs = try search.outputs(sources, with: model)
    try search.check(outputs, sources, with: model)
    if let cached {
      try requireSame(outputs, search.outputs(sources, with: cached))
    }
    if search.beamSize > 1 {
      // No theorem, since the greedy output can fall out of the beam, but so rare that two sentences together do not
      // show it.
      let greedy = try ForcedDecoding(length: search.length).outputs(sources, with: model)
      let (beam, best) = (
        outputs.reduce(0) { $0 + $1.score }, greedy.reduce(0) { $0 + $1.score }
      )
      if !(beam >= best - Float(ForcedDecoding.tolerance)) {
        throw SuiteError("the beam's outputs score \(beam), those of greedy search \(best)")
      }
    }
  }

  /// The same tokens, except where two tokens are equally probable but for rounding: from there on outputs differ.
  static func requireSame(_ outputs: [Hypothesis], _ expected: [Hypothesis]) throws {
    for (output, expected) in zip(outputs, expected) where output.tokens != expected.tokens {
      let position = zip(output.tokens, expected.tokens).prefix { $0 == $1 }.count
      guard position < min(output.tokens.count, expected.tokens.count) else {
        throw SuiteError("without the cache an output has another length")
      }
      let probabilities = [output, expected].map {
        $0.logProbabilities.prefix(position + 1).reduce(0) { $0 + Double($1) }
      }
      if !(abs(probabilities[0] - probabilities[1]) <= ForcedDecoding.tolerance) {
        throw SuiteError("without the cache token \(position) is another one")
      }
    }
  }
}
