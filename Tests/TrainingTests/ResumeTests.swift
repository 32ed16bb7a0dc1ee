import AttentionKit
import Foundation
import TestSupport
import Testing

/// A training that was stopped and continued ends with the same bits as one that was not.
@Suite struct ResumeTests {
  private struct Result {
    var model: Transformer
    var state: TrainingState
    var optimizer: [UInt8]
    var losses: [Int: Double] = [:]
  }

  private static let steps = 12

  private static func configuration() -> TrainingConfiguration {
    quickConfiguration(steps: steps) {
      $0.schedule = LearningRateSchedule(.cosine, rate: 0.02, warmupSteps: 3)
      $0.accumulationParts = 2
      $0.clipNorm = 0.5
      $0.optimizer.weightDecay = 0.01
      $0.validationInterval = 4
    }
  }

  /// Trains in sessions, each of which stops at one of the given steps.
  private static func train(
    stoppingAt stops: [Int], _ configuration: TrainingConfiguration = configuration()
  ) throws -> Result {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    var losses: [Int: Double] = [:]
    for (session, stop) in (stops + [steps]).enumerated() {
      // Every session starts with other parameters, which the checkpoint must replace.
      let model = try smallTransformer(seed: UInt64(session + 1))
      let trainer = try Trainer(
        model: model, modelDimension: 6, configuration: configuration, source: ShuffledBatches())
      if session > 0 { try trainer.resume(from: Checkpoint(contentsOf: path)) }
      trainer.onLog = { log in
        #expect(losses[log.step] == nil, "step \(log.step) happens twice")
        losses[log.step] = log.loss
      }
      trainer.onValidation = { model in
        let loss = try evaluateLoss(model, on: [ShuffledBatches().batch(epoch: 0, index: 0)])
        return [ValidationScore("loss", loss.negativeLogLikelihood)]
      }
      trainer.shouldStop = { trainer.state.step == stop }
      trainer.onCheckpoint = {
        try Checkpoint.write(
          to: path, model: trainer.model, configuration: .null, optimizer: trainer.optimizer,
          average: trainer.average, state: trainer.state)
      }
      let outcome = try trainer.run()
      #expect(outcome == (stop == steps ? .finished : .interrupted))
    }
    let checkpoint = try Checkpoint(contentsOf: path)
    let model = try smallTransformer(seed: 99)
    try checkpoint.loadWeights(into: model)
    return Result(
      model: model, state: try checkpoint.state(),
      optimizer: try contents(of: path + "/optimizer.safetensors")
        + ((try? contents(of: path + "/average.safetensors")) ?? []), losses: losses)
  }

  private static func expectEqual(_ a: Result, _ b: Result, _ comment: String) {
    expectSameParameters(a.model, b.model, comment)
    #expect(a.optimizer == b.optimizer, "\(comment)")
    #expect(a.losses == b.losses, "\(comment)")
    // Everything but the time it took.
    var (state, expected) = (a.state, b.state)
    #expect(state.elapsedSeconds > 0)
    (state.elapsedSeconds, expected.elapsedSeconds) = (0, 0)
    #expect(state == expected, "\(comment)")
  }

  /// An epoch has five batches: stops in the middle, at its end and after its first batch, and twice.
  @Test func equalsUninterruptedTraining() throws {
    let whole = try Self.train(stoppingAt: [])
    #expect(whole.losses.count == Self.steps)
    #expect(Set(whole.losses.values).count == Self.steps)
    #expect(whole.state.step == Self.steps && whole.state.epoch == 2)
    #expect(whole.state.bestScore != nil)
    for stops in [[1], [4], [5], [6], [11], [3, 10]] {
      Self.expectEqual(try Self.train(stoppingAt: stops), whole, "stopped at \(stops)")
    }
  }

  /// A rate that was reduced, an average, patience and frozen parameters are carried along as well.
  @Test func equalsUninterruptedTrainingWithEverythingElse() throws {
    var configuration = Self.configuration()
    configuration.schedule = LearningRateSchedule(.plateau, rate: 0.05, warmupSteps: 2)
    configuration.schedule.patience = 1
    configuration.validationInterval = 1
    // So that no score but the first is an improvement.
    configuration.minimumImprovement = 1e6
    configuration.averageDecay = 0.9
    configuration.frozen = ["decoder.*"]
    configuration.patience = 11
    let whole = try Self.train(stoppingAt: [], configuration)
    #expect(whole.state.rateReductions == Self.steps - 1)
    #expect(whole.state.validationsWithoutImprovement == Self.steps - 1)
    for stops in [[1], [5], [3, 10]] {
      Self.expectEqual(
        try Self.train(stoppingAt: stops, configuration), whole, "stopped at \(stops)")
    }
  }

  @Test func doesNotDependOnThreads() throws {
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    ThreadPool.threadCount = 1
    let alone = try Self.train(stoppingAt: [])
    ThreadPool.threadCount = 3
    Self.expectEqual(try Self.train(stoppingAt: [7]), alone, "one thread, three threads")
  }

  @Test func anotherSeedIsAnotherTraining() throws {
    func losses(seed: UInt64) throws -> [Double] {
      var configuration = Self.configuration()
      configuration.seed = seed
      let trainer = try Trainer(
        model: try smallTransformer(seed: 1), modelDimension: 6, configuration: configuration,
        source: ShuffledBatches())
      var losses: [Double] = []
      trainer.shouldStop = { false }
      trainer.onLog = { losses.append($0.loss) }
      _ = try trainer.run()
      return losses
    }
    let reference = try losses(seed: 1)
    let (again, other) = (try losses(seed: 1), try losses(seed: 2))
    #expect(again == reference)
    #expect(other != reference)
  }

  /// The data became fewer since the checkpoint, or it was written by something else.
  @Test(arguments: [
    ("batchIndex", 5), ("batchIndex", -1), ("epoch", -1), ("step", -1), ("step", 4),
    ("step", Int.max),
  ])
  func statesThatDoNotFit(_ field: String, _ value: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    func trainer() throws -> Trainer<UnigramModel, ShuffledBatches> {
      try Trainer(
        model: UnigramModel([Float](repeating: 0, count: 13)), modelDimension: 1,
        configuration: quickConfiguration(steps: 3), source: ShuffledBatches())
    }
    let first = try trainer()
    first.shouldStop = { false }
    _ = try first.run()
    try Checkpoint.write(
      to: path, model: first.model, configuration: .null, optimizer: first.optimizer,
      state: first.state)
    let text = try String(contentsOfFile: path + "/state.json", encoding: .utf8)
    let changed = text.replacing(/"\w+" : [0-9.e-]+/) { match in
      match.0.hasPrefix("\"\(field)\"") ? "\"\(field)\" : \(value)" : String(match.0)
    }
    #expect(changed != text)
    try changed.write(toFile: path + "/state.json", atomically: false, encoding: .utf8)
    let second = try trainer()
    let weights = second.model.scores.value
    let error = try #require(throws: TrainingError.self) {
      try second.resume(from: Checkpoint(contentsOf: path))
    }
    #expect("\(error)".contains(path), "\(error)")
    #expect("\(error)".contains(field), "\(error)")
    #expect("\(error)".contains("\(value)"), "\(error)")
    #expect(second.state == TrainingState())
    expectSameBits(second.model.scores.value, weights)
  }
}
