#if DEBUG
  import AttentionKit
  import BenchmarkKit
  import Testing

  @testable import bench

  @Suite struct ThroughputTests {
    static let lengths = [8.0, 32, 128, 512]

    /// Results of both, the time of n tokens as given; five samples about it.
    private func results(
      task: String = "training", rivalTask: String? = nil, _ transformer: (Double) -> Double,
      _ rival: (Double) -> Double
    ) -> [ContenderResult] {
      func result(_ name: String, _ task: String, _ n: Double, _ seconds: Double)
        -> ContenderResult
      {
        let samples = (-2...2).map {
          Sample(seconds: seconds * (1 + 0.001 * Double($0)), cycle: 0, turn: 0, start: 0)
        }
        return ContenderResult(
          name: name, task: task, parameters: [SizeParameter("n", n)],
          cost: Cost(items: ["target tokens": 100]), samples: samples,
          summary: Summary(samples.map(\.seconds)))
      }
      return Self.lengths.map { result("Transformer", task, $0, transformer($0)) }
        + Self.lengths.map { result("GRU dot", rivalTask ?? task, $0, rival($0)) }
    }

    @Test func crossoversAreFoundInBothDirections() throws {
      // Equal at 64: n / 64 against 1.
      let up = ThroughputComparison(
        results({ $0 / 64 }, { _ in 1 }), task: "training", rival: "GRU dot", seed: 1)
      let upward = try #require(up.crossover)
      #expect(!upward.isTransformerFasterAbove && abs(upward.place.x - 64) < 1e-6)
      #expect(up.sentence?.contains("GRU dot is the faster") == true)
      #expect(up.sentence?.contains("from length 64.0 on (95 % interval 63") == true)
      #expect(up.sentence?.contains("takes 8.00 times (7.9") == true)
      #expect(up.sentence?.contains(") as many tokens a second at 8, 0.125 times") == true)

      let down = ThroughputComparison(
        results({ _ in 1 }, { $0 / 64 }), task: "training", rival: "GRU dot", seed: 1)
      let downward = try #require(down.crossover)
      #expect(downward.isTransformerFasterAbove && abs(downward.place.x - 64) < 1e-6)
      #expect(down.sentence?.contains("the Transformer is the faster") == true)
      #expect(down.series("a").points.map(\.x) == Self.lengths)
      #expect(down.series("a").points.map { ($0.y * 8).rounded() } == [1, 4, 16, 64])
    }

    @Test func noCrossoverIsAnAnswer() {
      let always = ThroughputComparison(
        results({ $0 }, { 1.5 * $0 }), task: "training", rival: "GRU dot", seed: 1)
      #expect(always.crossover == nil)
      #expect(
        always.sentence
          == "training: the Transformer is faster than the GRU dot at every length from 8 to 512, "
          + "1.50 to 1.50 times as many tokens a second")
      let never = ThroughputComparison(
        results({ $0 * 4 }, { $0 }), task: "training", rival: "GRU dot", seed: 1)
      #expect(never.sentence?.contains("the GRU dot is faster than the Transformer") == true)
      #expect(never.sentence?.contains("4.00 to 4.00 times") == true)
      let nothing = ThroughputComparison([], task: "training", rival: "GRU dot", seed: 1)
      #expect(nothing.sentence == nil && nothing.points.isEmpty)
    }

    /// Samples that overlap decide nothing, whatever their medians are.
    @Test func noiseHasNoWinner() {
      func noisy(_ task: String, _ factor: Double) -> [ContenderResult] {
        [("Transformer", 1.0), ("GRU dot", factor)].flatMap { name, factor in
          Self.lengths.map { n in
            let seconds = [0.5, 0.7, 1, 1.4, 2].map { $0 * factor * (1 + n / 1e4) }
            return ContenderResult(
              name: name, task: task, parameters: [SizeParameter("n", n)],
              samples: seconds.map { Sample(seconds: $0, cycle: 0, turn: 0, start: 0) },
              summary: Summary(seconds))
          }
        }
      }
      let overlapping = ThroughputComparison(
        noisy("training", 1.2), task: "training", rival: "GRU dot", seed: 1)
      #expect(overlapping.sentence?.contains("no clear winner") == true)
      let apart = ThroughputComparison(
        noisy("training", 9), task: "training", rival: "GRU dot", seed: 1)
      #expect(apart.sentence?.contains("at every length from 8 to 512, 9.00 to 9.00 times") == true)
      // A crossing within the noise is none.
      let crossing = ThroughputComparison(
        noisy("training", 1.2).map { result in
          let isLate = result.name == "GRU dot" && (result.value(of: "n") ?? 0) > 100
          return ContenderResult(
            name: result.name, task: result.task, parameters: result.parameters,
            samples: result.samples.map {
              Sample(
                seconds: $0.seconds * (isLate ? 0.7 : 1), cycle: 0, turn: 0, start: 0)
            }, summary: nil)
        }, task: "training", rival: "GRU dot", seed: 1)
      #expect(crossing.crossover == nil)
      #expect(crossing.sentence?.contains("no clear winner") == true)
    }

    /// Only some lengths may be clear.
    @Test func clearLengthsAreNamed() {
      let some = ThroughputComparison(
        results({ _ in 1 }, { $0 > 100 ? 2 : 1 }), task: "training", rival: "GRU dot", seed: 1)
      #expect(
        some.sentence
          == "training: the Transformer is faster than the GRU dot at length 128, 512, 2.00 to 2.00 "
          + "times as many tokens a second; elsewhere the difference is within the noise")
    }

    /// Rivals that match by operations compete with the Transformer that there is.
    @Test func matchingByOperationsKeepsTheTransformer() {
      let task = "training" + ThroughputSuite.equalOperations
      let comparison = ThroughputComparison(
        results(rivalTask: task, { $0 }, { 2 * $0 }), task: task, rival: "GRU dot", seed: 1)
      #expect(comparison.points.count == 4)
      #expect(comparison.sentence?.contains("training, equal FLOPs: the Transformer is") == true)
    }

    @Test(arguments: [["--quick"], []])
    func modelsMatch(_ options: [String]) throws {
      let settings = Settings(try Arguments(["throughput"] + options))
      let scale = ThroughputScale(settings.extent)
      let contenders = try ThroughputSuite().contenders(settings)
      #expect(Set(contenders.map(\.label)).count == contenders.count)
      func parameters(_ contender: Contender) -> Double {
        contender.parameters.first { $0.name == "parameters" }?.value ?? .nan
      }
      let transformer = try #require(contenders.first { $0.name == "Transformer" })
      for contender in contenders where ThroughputTask(rawValue: contender.task) != nil {
        #expect(abs(parameters(contender) / parameters(transformer) - 1) < 0.01)
      }
      for task in ThroughputTask.allCases {
        let rivals = contenders.filter { $0.task == task.rawValue && $0.name != "Transformer" }
        #expect(rivals.count == scale.rivals.count * (scale.lengths[task] ?? []).count)
      }
      let byOperations = contenders.filter { $0.task.hasSuffix(ThroughputSuite.equalOperations) }
      #expect(!byOperations.isEmpty)
      for length in scale.lengthsAtEqualOperations[.training] ?? [] {
        let cost = TransformerCost(
          scale.transformer, sourceLength: length, targetLength: length)
        for rival in scale.rivals {
          let matched = rival.configuration(vocabularySize: 2000).matching(
            trainingOperations: cost.trainingStep, sourceLength: length, targetLength: length)
          let step = RecurrentCost(matched, sourceLength: length, targetLength: length).trainingStep
          #expect(abs(step / cost.trainingStep - 1) < 0.015, "\(rival.name) \(length)")
        }
      }
    }

    @Test func endsComeFirst() throws {
      let contenders = [8, 16, 32, 64].flatMap { n in
        ["a", "b"].map { name in
          Contender(name, task: "t", parameters: [SizeParameter("n", n)]) { Workload {} }
        }
      }
      let ordered = ThroughputSuite.endsFirst(contenders)
      #expect(
        ordered.map(\.label) == [
          "a t n=8", "b t n=8", "a t n=64", "b t n=64", "a t n=16", "b t n=16", "a t n=32",
          "b t n=32",
        ])
      // And the report has them in order again.
      var report = SuiteReport(name: "throughput", title: "", results: results({ $0 }, { 2 * $0 }))
      let sorted = report.results.map(\.label)
      report.results.reverse()
      ThroughputSuite().conclude(&report, Settings(try Arguments(["throughput"])))
      #expect(report.results.map(\.label) == sorted)
      #expect(report.findings.contains { $0.hasPrefix("training: the Transformer is faster") })
      #expect(report.charts.map(\.name).contains("answer"))
    }

    @Test func rivalsAreWhatTheirNamesSay() {
      let names = ThroughputRival.all.map(\.name)
      #expect(
        names == [
          "LSTM dot", "LSTM additive", "LSTM fixed", "GRU dot", "GRU additive", "GRU fixed",
        ])
      for rival in ThroughputRival.all {
        let configuration = rival.configuration(vocabularySize: 9)
        #expect((configuration.cell == .lstm) == rival.name.hasPrefix("LSTM"))
        #expect((configuration.attention == .none) == rival.name.hasSuffix("fixed"))
        #expect((configuration.score == .additive) == rival.name.hasSuffix("additive"))
      }
    }
  }
#endif
