#if DEBUG
  import AttentionKit
  import BenchmarkKit
  import TestSupport
  import Testing

  @testable import bench

  /// What the suites say of searches must be so before it is timed.
  @Suite struct DecodingTests {
    static func transformer(seed: UInt64 = 5) throws -> Transformer {
      var configuration = TransformerConfiguration(vocabularySize: 17)
      configuration.encoderLayerCount = 1
      configuration.decoderLayerCount = 2
      configuration.resize(modelDimension: 12, feedForwardDimension: 19, headCount: 2)
      return try Transformer(configuration, seed: seed)
    }

    static func lstm() throws -> RecurrentModel {
      try RecurrentModel(RecurrentConfiguration(vocabularySize: 17, modelDimension: 10), seed: 5)
    }

    let sources = RandomBatch.sources(count: 3, length: 7, vocabularySize: 17, seed: 2)

    @Test(arguments: [1, 2, 11], [1, 3])
    func outputsHaveTheForcedLength(length: Int, beam: Int) throws {
      let search = ForcedDecoding(length: length, beamSize: beam)
      for model in [try Self.transformer(), try Self.lstm()] as [any SequenceModel] {
        let outputs = try search.outputs(sources, with: model)
        #expect(outputs.map(\.tokens.count) == [length, length, length])
        #expect(outputs.allSatisfy { !$0.tokens.contains(SpecialTokens.end) })
        try search.check(outputs, sources, with: model)
      }
    }

    @Test func outputsOfAnotherModelAreRefused() throws {
      let search = ForcedDecoding(length: 5)
      let outputs = try search.outputs(sources, with: Self.transformer(seed: 6))
      #expect(throws: SuiteError.self) {
        try search.check(outputs, sources, with: Self.transformer())
      }
      #expect(throws: SuiteError.self) {
        try ForcedDecoding(length: 4).check(outputs, sources, with: Self.transformer(seed: 6))
      }
      // A beam's outputs are probable, but not each of their tokens.
      let beam = ForcedDecoding(length: 9, beamSize: 4)
      let best = try beam.outputs(sources, with: Self.lstm())
      try beam.check(best, sources, with: Self.lstm())
      // Of a beam's outputs only the probabilities tell whose they are.
      #expect(throws: SuiteError.self) {
        try beam.check(best, sources, with: Self.transformer())
      }
      #expect(throws: SuiteError.self) {
        try ForcedDecoding(length: 9).check(best, sources, with: Self.lstm())
      }
    }

    @Test(arguments: [1, 4])
    func withoutTheCacheTheTokensAreTheSame(beam: Int) throws {
      let base = try Self.transformer()
      let search = ForcedDecoding(length: 9, beamSize: beam)
      let cached = try search.outputs(sources, with: base)
      let uncached = try search.outputs(sources, with: UncachedTransformer(base: base))
      #expect(cached.map(\.tokens) == uncached.map(\.tokens))
      for (a, b) in zip(cached, uncached) { #expect(abs(a.score - b.score) < 1e-4) }
    }

    @Test func othersTokensAreNotTheSame() throws {
      let search = ForcedDecoding(length: 6)
      let outputs = try search.outputs(sources, with: Self.transformer())
      try DecodeSuite.requireSame(outputs, outputs)
      let others = try search.outputs(sources, with: Self.transformer(seed: 6))
      #expect(throws: SuiteError.self) { try DecodeSuite.requireSame(outputs, others) }
      let short = try ForcedDecoding(length: 5).outputs(sources, with: Self.transformer())
      #expect(throws: SuiteError.self) { try DecodeSuite.requireSame(short, outputs) }
    }

    /// Every contender of the small form is ready for a run, whose tokens all have laps.
    @Test func contendersAreWhatTheySay() throws {
      let settings = Settings(try Arguments(["decode", "--quick"]))
      let contenders = try DecodeSuite().contenders(settings)
      #expect(Set(contenders.map(\.label)).count == contenders.count)
      #expect(
        Set(contenders.map(\.name)) == ["Transformer", DecodeSuite.uncachedName, "LSTM"])
      // The smallest searches of all models come first, and the report has the models in their order.
      #expect(Set(contenders.prefix(3).map(\.name)).count == 3)
      #expect(contenders.last?.parameters.first?.value == 64)
      let report = DecodeSuite.inOrder(
        contenders.map {
          ContenderResult(
            name: $0.name, task: $0.task, parameters: $0.parameters, samples: [], summary: nil)
        })
      #expect(report.prefix(6).allSatisfy { $0.name == "Transformer" })
      #expect(
        report.prefix(6).map(\.label) == [
          "Transformer greedy batch=1 T=8", "Transformer greedy batch=8 T=8",
          "Transformer greedy batch=64 T=8", "Transformer greedy batch=1 T=16",
          "Transformer beam 4 batch=1 T=8", "Transformer beam 4 batch=8 T=8",
        ])
      #expect(report.suffix(6).allSatisfy { $0.name == "LSTM" })
      let first = try #require(
        contenders.first { $0.name == "LSTM" && $0.task == "beam 4" })
      let workload = try first.prepare()
      try workload.check?()
      try workload.run()
      #expect(workload.laps?().count == 8)
      #expect(first.cost.items["target tokens"] == 8)
    }

    @Test(arguments: [1, 2, 6])
    func everyTokenHasALap(length: Int) throws {
      let times = StepTimes()
      let model = ObservedModel(base: try Self.lstm(), times: times)
      let search = ForcedDecoding(length: length)
      let clock = MonotonicClock()
      var shares: [Double] = []
      for _ in 0..<5 {
        var outputs: [Hypothesis] = []
        let start = clock.now()
        try times.record { outputs = try search.outputs(sources, with: model) }
        let total = clock.seconds(since: start)
        #expect(times.laps.count == length)
        #expect(times.laps.allSatisfy { $0 > 0 })
        let sum = times.laps.reduce(0, +)
        #expect(sum <= total)
        shares.append(sum / total)
        #expect(outputs == (try search.outputs(sources, with: Self.lstm())))
      }
      // Another process may take the time between two tokens, but hardly five times.
      #expect(try #require(shares.max()) > 0.5)
    }

    @Test func lapsAreTakenApart() throws {
      let samples = (0..<3).map { run in
        Sample(
          seconds: 1, cycle: run, turn: run, start: 0,
          laps: [Double(10 + run)] + (0..<8).map { Double($0) + 0.1 * Double(run) })
      }
      let times = try #require(
        DecodeTimes(ContenderResult(name: "a", samples: samples, summary: nil)))
      #expect(times.first == [10, 11, 12])
      #expect(times.next.map(\.count) == [8, 8, 8])
      #expect(times.next(0) == 0 && times.next(1) == 7.2)
      #expect(times.nextMedians.map { ($0 * 10).rounded() } == [35, 36, 37])
      #expect(times.next(from: 0.75, to: 1).min() == 6)
      let series = times.byPosition("a")
      #expect(series.points.map(\.x) == Array(stride(from: 2.0, through: 9, by: 1)))
      #expect(series.points[3].y == 3.1)
      #expect(DecodeTimes(ContenderResult(name: "a", samples: [], summary: nil)) == nil)
    }
  }
#endif
