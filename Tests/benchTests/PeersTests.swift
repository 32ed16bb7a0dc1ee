#if DEBUG
  import AttentionKit
  import BenchmarkKit
  import Foundation
  import Testing

  @testable import bench

  @Suite struct PeersTests {
    func result(
      _ name: String, _ task: String, n: Int? = nil, seconds: [Double], hole: String? = nil
    ) -> ContenderResult {
      ContenderResult(
        name: name, task: task, parameters: n.map { [SizeParameter("n", $0)] } ?? [],
        samples: seconds.enumerated().map {
          Sample(seconds: $0.element, cycle: $0.offset, turn: $0.offset, start: 0)
        }, summary: Summary(seconds), hole: hole)
    }

    let base = (0..<9).map { 1 + 0.01 * Double($0 * 5 % 9) }
    var results: [ContenderResult] {
      [
        result("AttentionKit", "attention forward", n: 512, seconds: base),
        result("PyTorch float32", "attention forward", n: 512, seconds: base.map { $0 * 2 }),
        result("PyTorch bfloat16", "attention forward", n: 512, seconds: base.map { $0 / 2 }),
        result("AttentionKit bfloat16", "attention forward", n: 512, seconds: base.map { $0 / 4 }),
        result("AttentionKit", "attention forward", n: 1024, seconds: base.map { $0 * 4 }),
        result("PyTorch float32", "attention forward", n: 1024, seconds: base.map { $0 * 4 }),
        result("PyTorch compiled float32", "attention forward", n: 1024, seconds: base),
        result("PyTorch bfloat16", "attention forward", n: 1024, seconds: [], hole: "no bf16"),
        result("AttentionKit", "decoding base greedy", seconds: base),
        result("CTranslate2 int8", "decoding base greedy", seconds: base.map { $0 * 3 }),
        result("AttentionKit", "product", seconds: []),
        result("PyTorch float32", "product", seconds: base),
      ]
    }

    @Test func ratiosAreOfOneWork() throws {
      let works = PeerComparison(results, seed: 1).works
      #expect(
        works.map(\.label).prefix(2) == ["attention forward n=512", "attention forward n=1024"])
      let values = works.map { $0.ratios.mapValues(\.value) }
      #expect(
        values[0] == ["PyTorch float32": 2, "PyTorch bfloat16": 0.5, "AttentionKit bfloat16": 0.25])
      #expect(values[1] == ["PyTorch float32": 1, "PyTorch compiled float32": 0.25])
      #expect(values[2].keys.sorted() == ["CTranslate2 int8"])
      #expect(abs(try #require(values[2]["CTranslate2 int8"]) - 3) < 1e-12)
      #expect(values[3].isEmpty, "without our own time there is no ratio")
      for ratio in works.flatMap(\.ratios.values) {
        #expect(ratio.interval.contains(ratio.value))
        #expect(ratio.interval.upper / ratio.interval.lower < 1.2)
        #expect(ratio.interval.upper > ratio.interval.lower)
      }
    }

    @Test func sentencesNameTheBestOfEachPrecision() {
      let findings = PeerComparison(results, seed: 1).findings
      #expect(findings.count == 3)
      #expect(findings[0].hasPrefix("attention forward n=512: PyTorch takes 2.00 ("))
      #expect(findings[0].contains(") times as long in eager float32, 0.500 ("))
      #expect(findings[0].contains("times as long in eager bfloat16, ours 0.250 ("))
      #expect(findings[1].contains("times as long in compiled float32"))
      #expect(!findings[1].contains("eager"))
      #expect(findings[2].hasPrefix("decoding base greedy: CTranslate2 takes 3.00 ("))
    }

    @Test func tablesAndChartsHaveWhatWasMeasured() {
      let comparison = PeerComparison(results, seed: 1)
      #expect(
        comparison.tables.map { $0.columns.map(\.title) } == [
          ["work", "eager float32", "compiled float32", "eager bfloat16", "ours in bfloat16"],
          ["work", "int8"],
        ])
      let charts = comparison.charts
      #expect(charts.map(\.name) == ["attention", "decoding"])
      #expect(charts[0].series.map(\.name) == ["attention forward", "as long as ours"])
      #expect(charts[0].series[0].points.map(\.x) == [512, 1024])
      #expect(charts[0].series[0].points.map(\.y) == [2, 1])
      #expect(charts[0].series[1].points.map(\.y) == [1, 1])
      let none = PeerComparison([], seed: 1)
      #expect(none.tables.isEmpty && none.charts.isEmpty && none.findings.isEmpty)
    }

    /// Points stand beside one another, but at their work.
    @Test func barsAreAtOurPrecisionAndPointsBesideThem() {
      let results = ["base", "small"].flatMap { size in
        [PeerBench.ownName].map { result($0, "training LSTM \(size)", seconds: base) }
          + [PeerVariant.eager, .eagerBF16, .ownBF16].enumerated().map { index, variant in
            result(
              variant.name, "training LSTM \(size)",
              seconds: base.map { $0 * Double(index + 2) })
          }
      }
      let charts = PeerComparison(results, seed: 1).charts
      #expect(charts.map(\.name) == ["training"])
      #expect(charts[0].xAxis.categories == ["LSTM base", "LSTM small"])
      let series = charts[0].series
      #expect(series.map(\.style) == [.bars, .points, .points, .guide])
      #expect(series.prefix(3).map { $0.points.map(\.y) } == [[2, 2], [3, 3], [4, 4]])
      #expect(series.prefix(3).allSatisfy { $0.points.map { $0.x.rounded() } == [0, 1] })
      #expect(Set(series.prefix(3).map { $0.points[0].x }).count == 3)
    }

    @Test func everyVariantHasANameOfItsOwn() {
      #expect(Set(PeerVariant.all.map(\.name)).count == PeerVariant.all.count)
      #expect(PeerVariant.compiledBF16.name == "PyTorch compiled bfloat16")
    }

    @Test func inputsAreSharedWhileSomebodyHasThem() throws {
      final class Thing {}
      var made = 0
      let shared = Shared {
        made += 1
        return Thing()
      }
      var first: Thing? = try shared.get()
      let second = try shared.get()
      #expect(first === second && made == 1)
      first = nil
      #expect(try shared.get() === second && made == 1)
      withExtendedLifetime(second) {}
      let other = Shared {
        made += 1
        return Thing()
      }
      _ = try other.get()
      _ = try other.get()
      #expect(made == 3)
    }

    typealias Inputs = TrainingInputs<Transformer>

    func inputs() throws -> Inputs {
      var configuration = TransformerConfiguration(vocabularySize: 13)
      configuration.encoderLayerCount = 1
      configuration.decoderLayerCount = 1
      configuration.resize(modelDimension: 6, feedForwardDimension: 11, headCount: 2)
      return try Inputs(
        try Transformer(configuration, seed: 3),
        RandomBatch.make(count: 3, length: 5, vocabularySize: 13, seed: 2))
    }

    /// What the workers read: every parameter under its path, and the tokens of the batch.
    @Test func aModelIsWrittenAsItIsBeforeItsFirstStep() throws {
      let inputs = try inputs()
      let before = inputs.step.model.parameters.map { ($0.path, $0.parameter.value) }
      _ = try inputs.step.run(inputs.batch)
      let file = try SafetensorsFile(contentsOf: inputs.path)
      #expect(file.entries.count == before.count + 3)
      for (path, value) in before {
        #expect(try file.tensor(named: path).scalars == value.scalars)
      }
      #expect(
        try file.integers(named: "batch.source") == inputs.batch.source.tokens.map(Int64.init))
      #expect(try file.integers(named: "batch.expected") == inputs.batch.expected.map(Int64.init))
      #expect(file.entry(named: "batch.input")?.dimensions == [3, 5])
    }

    @Test func theFilesGoWithTheInputs() throws {
      var inputs: Inputs? = try inputs()
      let path = try #require(inputs).path
      #expect(FileManager.default.fileExists(atPath: path))
      inputs = nil
      #expect(!FileManager.default.fileExists(atPath: path))
    }

    /// A process that is killed leaves its folder, which the next one removes.
    @Test func theFilesOfDeadProcessesGoToo() throws {
      let dead = Process()
      dead.executableURL = URL(fileURLWithPath: "/bin/true")
      try dead.run()
      dead.waitUntilExit()
      let folder = FileManager.default.temporaryDirectory
      let left = folder.appendingPathComponent("bench-peers-\(dead.processIdentifier)-a")
      let ours = folder.appendingPathComponent("bench-peers-\(getpid())-a")
      for url in [left, ours] {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      }
      defer { try? FileManager.default.removeItem(at: ours) }
      _ = try inputs()
      #expect(!FileManager.default.fileExists(atPath: left.path))
      #expect(FileManager.default.fileExists(atPath: ours.path))
    }

    @Test(.enabled(if: ProductPrecision.bfloat16.isAvailable, "needs AVX512_BF16"))
    func gradientsOfRoundedProductsAreOurs() throws {
      let inputs = try inputs()
      let found = try Inputs.gradients(
        of: inputs.step.model, inputs.batch, precision: .bfloat16)
      try inputs.check(found, .ownBF16)
    }

    @Test func gradientsThatDifferAreSaid() throws {
      let expected = try inputs().expected
      #expect(expected.loss > 1 && expected.norm > 0)
      func check(loss: Double = 1, _ change: (inout [String: Double]) -> Void = { _ in }) throws {
        var norms = expected.norms
        change(&norms)
        try Inputs.requireClose(
          Inputs.Gradients(loss: expected.loss * loss, norms: norms), expected, loss: 1e-4,
          norm: 1e-3, "here")
      }
      let name = "encoder.layers.0.feed_forward.inner.weight"
      let step = 2e-3 * expected.norm
      try check()
      try check(loss: 1.00005) { $0[name]! += step / 4 }
      #expect(throws: SuiteError.self) { try check(loss: 1.001) }
      #expect(throws: SuiteError.self) { try check(loss: .nan) }
      #expect(throws: SuiteError.self) { try check { $0[name]! += step } }
      #expect(throws: SuiteError.self) { try check { $0[name] = .nan } }
      #expect(throws: SuiteError.self) { try check { $0[name] = nil } }
      #expect(throws: SuiteError.self) { try check { $0["other"] = 0 } }
    }
  }
#endif
