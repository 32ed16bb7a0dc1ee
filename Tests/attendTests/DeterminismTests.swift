import AttentionKit
import Foundation
import TestSupport
import Testing

/// The same seed gives the same bits, whoever computes them and in whatever company.
@Suite struct DeterminismTests {
  private static let settings = [
    "model.modelDimension=48", "model.feedForwardDimension=100", "model.headCount=4",
    "model.encoderLayerCount=1", "model.decoderLayerCount=1", "data.task=reverse",
    "data.pairCount=300", "data.symbolCount=30", "data.longest=9", "data.pairsPerBatch=64",
    "data.heldOutShare=0.2", "training.maximumSteps=6", "training.validationInterval=3",
    "training.averageDecay=0.9", "training.clipNorm=0.5", "training.schedule.kind=constant",
    "training.schedule.rate=0.01", "training.schedule.warmupSteps=2",
  ]

  /// A whole short training, twice with one thread and once with each other number.
  @Test(arguments: ["transformer", "recurrent"])
  func trainingsDoNotDependOnThreads(architecture: String) throws {
    let folder = try TemporaryFolder()
    var runs: [RunFiles] = []
    for (index, threads) in ["1", "1", "2", "3"].enumerated() {
      let run = folder.path + "/\(index)"
      let settings =
        Self.settings + ["architecture=\(architecture)", "recurrent.modelDimension=48"]
      let result = try Tool.run(
        ["train", "--output", run] + settings.flatMap { ["--set", $0] },
        environment: ["ATTENTION_THREADS": threads])
      try #require(result.status == 0, "\(result.errors)")
      #expect(result.errors.contains("; \(threads) threads"), "\(result.errors)")
      runs.append(try RunFiles(run))
    }
    for (run, threads) in zip(runs.dropFirst(), [1, 2, 3]) {
      #expect(run.names == runs[0].names)
      for (name, contents) in runs[0].contents {
        #expect(run.contents[name] == contents, "\(name) with \(threads) threads")
      }
    }
  }

  @Test func anotherSeedIsAnotherTraining() throws {
    let folder = try TemporaryFolder()
    let weights = try ["training.seed=1", "training.seed=2", "model.seed=2", "data.seed=2"]
      .enumerated().map { index, seed in
        let run = folder.path + "/\(index)"
        let result = try Tool.run(
          ["train", "--output", run] + (Self.settings + [seed]).flatMap { ["--set", $0] })
        try #require(result.status == 0, "\(result.errors)")
        return try contents(of: run + "/last/weights.safetensors")
      }
    #expect(Set(weights).count == weights.count)
  }

  /// In any order, in batches of any size and with any number of threads, a line gives the same outputs.
  @Test(arguments: ["1", "4"])
  func outputsDoNotDependOnTheCompany(beam: String) throws {
    let model = try TinyModel.copy(steps: 40)
    var generator = SeededGenerator(seed: 5)
    let lines = (0..<40).map { number in
      (0..<number % 9).map { _ in "\(Int.random(in: 0..<5, using: &generator))" }
        .joined(separator: " ")
    }
    func translate(_ lines: [String], _ options: [String], threads: Int) throws -> [Substring] {
      let result = try Tool.run(
        ["translate", "--model", model.path, "--beam", beam] + options,
        input: Data(lines.map { $0 + "\n" }.joined().utf8),
        environment: ["ATTENTION_THREADS": "\(threads)"])
      try #require(result.status == 0, "\(result.errors)")
      let outputs = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        .dropLast()
      try #require(outputs.count == lines.count)
      return Array(outputs)
    }
    let expected = try translate(lines, [], threads: 1)
    #expect(Set(expected).count > 5)
    for (round, options) in [
      ["--batch-size", "1"], ["--batch-size", "7"], ["--batch-tokens", "23"], [],
    ].enumerated() {
      let order = lines.indices.shuffled(using: &generator)
      let found = try translate(order.map { lines[$0] }, options, threads: 1 + round % 3)
      for (place, line) in order.enumerated() {
        #expect(found[place] == expected[line], "line \(line) with \(options)")
      }
    }
  }
}
