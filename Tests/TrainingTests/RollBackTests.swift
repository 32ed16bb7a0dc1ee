import AttentionKit
import Foundation
import TestSupport
import Testing

/// Trainings that go back to the last checkpoint when they diverge.
@Suite struct RollBackTests {
  private struct Crash: Error {}

  private struct Result {
    var outcome: Trainer<FaultyModel, ShuffledBatches>.Outcome
    var state: TrainingState
    var model: FaultyModel
    var optimizer: [UInt8]
    /// The learning rate of each update, of the last time that it was done.
    var rates: [Int: Double] = [:]
    var divergences: [Divergence] = []
    /// The largest score after each update.
    var largest: [Int: Float] = [:]
  }

  /// At some steps, scores that are larger than a limit make the loss infinite.
  private static func train(
    _ limits: [Int: Float], crashingAt crashes: [Int] = [],
    _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> Result {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    let configuration = quickConfiguration(steps: 24) {
      $0.schedule = LearningRateSchedule(.constant, rate: 0.08, warmupSteps: 3)
      $0.checkpointInterval = 3
      $0.averageDecay = 0.9
      $0.onDivergence = .rollBack
      $0.validationInterval = 100
      change(&$0)
    }
    var crashes = crashes
    var rates: [Int: Double] = [:]
    var divergences: [Divergence] = []
    var largest: [Int: Float] = [:]
    while true {
      let model = FaultyModel([Float](repeating: 0, count: 13)) { step, scores in
        scores.max()! > limits[step] ?? .infinity ? .infinity : 1
      }
      let trainer = try Trainer(
        model: model, modelDimension: 1, configuration: configuration, source: ShuffledBatches())
      if AtomicDirectory.locate(path) != nil {
        try trainer.resume(from: Checkpoint(contentsOf: path))
      }
      trainer.shouldStop = { false }
      trainer.lastCheckpoint = { try Checkpoint(contentsOf: path) }
      trainer.onCheckpoint = {
        try Checkpoint.write(
          to: path, model: trainer.model, configuration: .null, optimizer: trainer.optimizer,
          average: trainer.average, state: trainer.state)
      }
      trainer.onRollBack = {
        divergences.append($0)
        #expect(trainer.state.step < $0.step && trainer.state.step % 3 == 0)
      }
      trainer.onLog = { log in
        rates[log.step] = log.learningRate
        largest[log.step] = model.inner.scores.value.scalars.max()
        // Dies without a word, and so without a checkpoint of its own.
        if log.step == crashes.first {
          crashes.removeFirst()
          throw Crash()
        }
      }
      do {
        let outcome = try trainer.run()
        return Result(
          outcome: outcome, state: trainer.state, model: model,
          optimizer: try contents(of: path + "/optimizer.safetensors")
            + contents(of: path + "/average.safetensors"),
          rates: rates, divergences: divergences, largest: largest)
      } catch is Crash {}
    }
  }

  /// Limits that the full learning rate breaks at steps 11 and 17, and half of it, from the checkpoints of steps 9 and 15
  /// on, does not.
  private static func twoLimits() throws -> [Int: Float] {
    var limits: [Int: Float] = [:]
    for step in [11, 17] {
      let largest = try train(limits).largest
      let (saved, reached) = (largest[step - 2]!, largest[step - 1]!)
      try #require(reached > saved)
      limits[step] = saved + 0.75 * (reached - saved)
    }
    return limits
  }

  @Test func eachTimeHalvesTheLearningRate() throws {
    let result = try Self.train(Self.twoLimits())
    #expect(result.outcome == .finished && result.state.step == 24)
    let count = result.state.rollBacks
    #expect(count == 2 && result.divergences.map(\.step) == [11, 17])
    #expect(result.divergences.map(\.rollBacks) == Array(0..<count))
    #expect(result.divergences.allSatisfy { $0.origin != nil && $0.checkpoint != nil })
    #expect(result.state.learningRateFactor == Float(1) / Float(1 << count))
    let full = try #require(result.rates[3])
    #expect(abs(full - 0.08) < 1e-6)
    #expect(result.rates[24] == full / Double(1 << count))
  }

  /// The number of roll-backs is part of what is saved, so a training that dies before or after one ends the same.
  @Test func aResumedTrainingIsTheSame() throws {
    let limits = try Self.twoLimits()
    let whole = try Self.train(limits)
    let first = try #require(whole.divergences.first).step
    for crashes in [[2], [first - 1], [first + 1], [first - 2, first, 20], [23]] {
      let parts = try Self.train(limits, crashingAt: crashes)
      expectSameParameters(parts.model, whole.model, "\(crashes)")
      #expect(parts.optimizer == whole.optimizer)
      #expect(parts.rates == whole.rates, "\(crashes)")
      var (state, expected) = (parts.state, whole.state)
      (state.elapsedSeconds, expected.elapsedSeconds) = (0, 0)
      #expect(state == expected, "\(crashes)")
    }
  }

  @Test func itIsNotDoneForEver() throws {
    for most in [0, 1] {
      let error = try #require(throws: TrainingError.self) {
        _ = try Self.train([5: -1]) { $0.maximumRollBacks = most }
      }
      guard case .diverged(let divergence) = error else { throw error }
      #expect(divergence.rollBacks == most)
      #expect("\(error)".contains("gone back to a checkpoint 1 times") == (most == 1), "\(error)")
    }
  }

  @Test func withoutACheckpointThereIsNothingToGoBackTo() throws {
    let trainer = try Trainer(
      model: FaultyModel([0, 0, 0]) { _, _ in .nan }, modelDimension: 1,
      configuration: quickConfiguration(steps: 3) { $0.onDivergence = .rollBack },
      source: FixedBatches([TrainingBatch(sources: [[0]], targets: [[0]], start: 1, end: 2)]))
    expectError(containing: "there is no checkpoint yet") { _ = try trainer.run() }
  }

  @Test func rollBacksAreCountedFromNone() throws {
    #expect(TrainingConfiguration().onDivergence == .stop)
    expectError(containing: "maximumRollBacks: expected a number of at least 0") {
      try quickConfiguration(steps: 1) { $0.maximumRollBacks = -1 }.validate()
    }
  }
}
