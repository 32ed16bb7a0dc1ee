import AttentionKit
import Foundation
import TestSupport
import Testing

/// Which model is kept, and when training ends by itself.
@Suite struct ResultSelectionTests {
  private struct Run {
    var outcome: Trainer<Transformer, ShuffledBatches>.Outcome
    var bestSteps: [Int] = []
    var rates: [Double] = []
    var state: TrainingState
  }

  /// Trains with a validation after every step, which gives the scores one after the other.
  private func train(
    _ values: [Double], higherIsBetter: Bool = false,
    _ change: (inout TrainingConfiguration) -> Void
  ) throws -> Run {
    let trainer = try Trainer(
      model: smallTransformer(seed: 1), modelDimension: 6,
      configuration: quickConfiguration(steps: values.count) {
        $0.validationInterval = 1
        change(&$0)
      }, source: ShuffledBatches())
    var rest = values
    var run = Run(outcome: .finished, state: trainer.state)
    trainer.onValidation = { _ in
      [
        ValidationScore("first", 1),
        ValidationScore("second", rest.removeFirst(), higherIsBetter: higherIsBetter),
      ]
    }
    trainer.onValidated = { if $1 { run.bestSteps.append(trainer.state.step) } }
    trainer.onLog = { run.rates.append($0.learningRate) }
    run.outcome = try trainer.run()
    run.state = trainer.state
    return run
  }

  @Test func theNamedScoreDecidesInItsDirection() throws {
    let lower = try train([3, 4, 2, 2.5]) { $0.bestBy = "second" }
    #expect(lower.bestSteps == [1, 3])
    let higher = try train([3, 4, 2, 4.5], higherIsBetter: true) { $0.bestBy = "second" }
    #expect(higher.bestSteps == [1, 2, 4])
    #expect(higher.state.bestScore == 4.5)
    // The first score never changes.
    #expect(try train([3, 2, 1]) { _ in }.bestSteps == [1])
    let margin = try train([3, 2.9, 2.4, 2.3]) {
      $0.bestBy = "second"
      $0.minimumImprovement = 0.5
    }
    #expect(margin.bestSteps == [1, 3])
  }

  @Test func aScoreThatIsNotThereIsAnError() throws {
    expectError(containing: "expected one of first, second") {
      _ = try train([1]) { $0.bestBy = "bleu" }
    }
  }

  @Test func trainingEndsWhenPatienceDoes() throws {
    let run = try train([5, 4, 4, 4.5, 3, 6, 7, 8, 1]) {
      $0.bestBy = "second"
      $0.patience = 3
    }
    #expect(run.outcome == .stoppedEarly)
    #expect(run.state.step == 8 && run.state.bestStep == 5)
    let patient = try train([5, 4, 4, 4.5, 3, 6, 7, 8, 1]) {
      $0.bestBy = "second"
      $0.patience = 4
    }
    #expect(patient.outcome == .finished && patient.state.bestStep == 9)
  }

  @Test func aPlateauReducesTheRate() throws {
    let run = try train([5, 5, 5, 4, 4, 4, 4, 4]) {
      $0.bestBy = "second"
      $0.schedule = LearningRateSchedule(.plateau, rate: 0.01, warmupSteps: 1, finalRate: 0.003)
      $0.schedule.patience = 2
    }
    // Twice in a row no better after step 3, 6 and 8; the rates are those of the steps that follow.
    let expected = [0.01, 0.01, 0.01, 0.005, 0.005, 0.005, 0.003, 0.003]
    for (rate, value) in zip(run.rates, expected) { #expect(abs(rate - value) < 1e-8) }
    #expect(run.state.rateReductions == 3)
  }

  @Test func aStateWithoutTheNewerKeysIsRead() throws {
    let text = #"{"step":7,"epoch":1,"batchIndex":2,"bestStep":5,"elapsedSeconds":3,"bestScore":2}"#
    let state = try JSONDecoder().decode(TrainingState.self, from: Data(text.utf8))
    #expect(state.step == 7 && state.bestScore == 2 && state.validationsWithoutImprovement == 0)
    var full = TrainingState()
    full.validationsWithoutImprovement = 2
    full.validationsSinceReduction = 1
    full.rateReductions = 3
    #expect(
      try JSONDecoder().decode(TrainingState.self, from: JSONEncoder().encode(full)) == full)
  }

  @Test func whatHappenedSinceTheLastLogIsLoggedBeforeAnInterruption() throws {
    let trainer = try Trainer(
      model: smallTransformer(seed: 1), modelDimension: 6,
      configuration: quickConfiguration(steps: 20) { $0.logInterval = 4 }, source: ShuffledBatches()
    )
    var steps: [Int] = []
    trainer.onLog = { steps.append($0.step) }
    trainer.shouldStop = { trainer.state.step == 6 }
    #expect(try trainer.run() == .interrupted)
    #expect(steps == [4, 6])
  }
}
