import AttentionKit
import Foundation
import TestSupport
import Testing

/// Trainings whose numbers are no longer finite: what is said, and what stays.
@Suite struct DivergenceTests {
  private let batches = FixedBatches([randomBatch([(2, 3)], seed: 1)])

  private func trainer<Model: SequenceModel>(
    _ model: Model, steps: Int = 9, _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> Trainer<Model, FixedBatches> {
    let trainer = try Trainer(
      model: model, modelDimension: 6, configuration: quickConfiguration(steps: steps, change),
      source: batches)
    trainer.shouldStop = { false }
    return trainer
  }

  private func divergence(_ body: () throws -> Void) throws -> Divergence {
    let error = try #require(throws: TrainingError.self) { try body() }
    guard case .diverged(let divergence) = error else { throw error }
    return divergence
  }

  @Test func aLayerThatGivesNaNIsNamed() throws {
    let model = FaultyModel([Float](repeating: 0, count: 13)) { step, _ in step == 4 ? .nan : 1 }
    let trainer = try trainer(model)
    let found = try divergence { _ = try trainer.run() }
    #expect(found.step == 4 && found.loss.isNaN)
    let operation = NonFiniteOrigin.Operation(
      name: "scale", scopes: ["faulty layer"], parameters: [], latestParameter: "scores")
    #expect(found.origin?.place == .output(operation))
    #expect(
      "\(found)".contains(
        "step 4: loss nan, gradient norm nan; the first value that is not finite, nan, came out of scale in "
          + "faulty layer after the use of scores"), "\(found)")
    #expect(trainer.state.step == 3)
  }

  @Test func aParameterThatIsNotFiniteIsNamed() throws {
    let model = try smallTransformer(seed: 3)
    let poisoned = try #require(model.parameters.first { $0.path.contains("inner.weight") })
    let trainer = try trainer(model) { $0.validationInterval = 100 }
    trainer.onLog = { log in if log.step == 4 { poisoned.parameter.value[1, 2] = -.infinity } }
    let found = try divergence { _ = try trainer.run() }
    #expect(found.step == 5)
    #expect(found.origin?.place == .parameter(poisoned.path))
    #expect("\(found)".contains("the parameter \(poisoned.path) holds -inf"), "\(found)")
  }

  /// An update may overflow: what is not finite is neither validated nor saved.
  @Test func weightsThatAreNotFiniteAreNotSaved() throws {
    let model = UnigramModel([Float](repeating: 0, count: 13))
    let trainer = try trainer(model) {
      $0.checkpointInterval = 2
      $0.validationInterval = 4
    }
    var saved: [Int] = []
    trainer.onCheckpoint = { saved.append(trainer.state.step) }
    trainer.onValidation = { _ in
      Issue.record("nothing to validate")
      return []
    }
    trainer.onLog = { log in if log.step == 4 { model.scores.value[5] = .nan } }
    let found = try divergence { _ = try trainer.run() }
    #expect(found.step == 4 && found.loss.isFinite)
    #expect(found.origin?.place == .parameter("scores"))
    #expect(saved == [2])
  }

  @Test func gradientsThatOverflowAreNamedWhereTheLossIsFinite() throws {
    let model = FaultyModel([Float](repeating: 0, count: 13), addedGradient: .infinity)
    let trainer = try trainer(model)
    let found = try divergence { _ = try trainer.run() }
    #expect(found.step == 1 && found.loss.isFinite && found.gradientNorm == .infinity)
    let operation = NonFiniteOrigin.Operation(
      name: "steepened", scopes: ["faulty layer"], parameters: ["scores"],
      latestParameter: "scores")
    #expect(found.origin?.place == .gradient(operation))
    #expect("\(found)".contains("came from the way back of steepened in faulty layer with scores"))
  }

  /// Gradients that are finite and whose squares are not: the second moments would be infinite, and the parameter would
  /// never move again.
  @Test func momentsThatOverflowAreNotSaved() throws {
    let model = FaultyModel([Float](repeating: 0, count: 13), addedGradient: 1e25)
    let trainer = try trainer(model) { $0.checkpointInterval = 1 }
    trainer.onCheckpoint = { Issue.record("nothing to save") }
    let found = try divergence { _ = try trainer.run() }
    #expect(found.step == 1 && found.loss.isFinite && found.gradientNorm.isFinite)
    #expect(found.origin?.place == .moments("scores"))
    // Clipped, they are no harm.
    let clipped = try self.trainer(model, steps: 2) { $0.clipNorm = 1 }
    #expect(try clipped.run() == .finished)
  }

  @Test func aLearningRateThatIsTooHighIsFoundOutInAStep() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    func trainer(rate: Float, steps: Int) throws -> Trainer<Transformer, FixedBatches> {
      let trainer = try self.trainer(try smallTransformer(seed: 3), steps: steps) {
        $0.schedule = LearningRateSchedule(.constant, rate: rate, warmupSteps: 0)
        $0.checkpointInterval = 1
      }
      trainer.onCheckpoint = {
        try Checkpoint.write(
          to: path, model: trainer.model, configuration: .null, optimizer: trainer.optimizer,
          state: trainer.state)
      }
      trainer.lastCheckpoint = { try Checkpoint(contentsOf: path) }
      return trainer
    }
    #expect(try trainer(rate: 0.01, steps: 1).run() == .finished)
    let second = try trainer(rate: 1e30, steps: 9)
    try second.resume(from: Checkpoint(contentsOf: path))
    let found = try divergence { _ = try second.run() }
    // The update of step 2 gives weights that are finite and of no use; they are not saved.
    #expect(found.step == 3 && found.checkpoint == path)
    guard case .output(let operation) = found.origin?.place else {
      Issue.record("\(found)")
      return
    }
    #expect(!operation.scopes.isEmpty && operation.latestParameter != nil)
    #expect("\(TrainingError.diverged(found))".contains("kept in \(path)"))
    #expect(try Checkpoint(contentsOf: path).state().step == 1)
  }

  /// Whatever models are made of, a step that is healthy is found to be.
  @Test func healthyStepsHaveNoFinding() throws {
    var models: [any SequenceModel] = []
    for positions in TransformerConfiguration.Positions.allCases {
      for score in AttentionConfiguration.Score.allCases {
        var configuration = try smallTransformer(seed: 1).configuration
        configuration.resize(modelDimension: 8, feedForwardDimension: 11, headCount: 2)
        configuration.positions = positions
        configuration.crossAttention.score = score
        configuration.normPlacement = score == .dot ? .pre : .post
        models.append(try Transformer(configuration, seed: 2))
      }
    }
    for cell in RecurrentCell.allCases {
      for attention in RecurrentConfiguration.Attention.allCases {
        var configuration = RecurrentConfiguration(vocabularySize: 13)
        configuration.modelDimension = 6
        configuration.cell = cell
        configuration.encoderLayerCount = 2
        configuration.decoderLayerCount = 2
        configuration.attention = attention
        models.append(try RecurrentModel(configuration, seed: 2))
      }
    }
    let batch = ShuffledBatches().batch(epoch: 0, index: 1)
    for model in models {
      let check = FiniteCheck()
      func step(_ model: some SequenceModel, _ check: FiniteCheck?) throws -> Double {
        try GradientStep(
          model, batch, labelSmoothing: 0.1, parts: 2, seed: 1, step: 1, check: check
        ).loss
      }
      #expect(try step(model, check) == step(model, nil))
      #expect(check.finding == nil, "\(String(describing: check.finding)) in \(model)")
    }
  }

  /// Nothing to read and nothing to write but the end, in all rows.
  @Test func batchesOfPaddingAlone() throws {
    var recurrent = RecurrentConfiguration(vocabularySize: 13)
    recurrent.modelDimension = 6
    let models: [any SequenceModel] = [
      try smallTransformer(seed: 1), try RecurrentModel(recurrent, seed: 1),
    ]
    for model in models {
      for sources in [[[], []], [[], [3]]] as [[[Int]]] {
        let batch = TrainingBatch(sources: sources, targets: [[], []], start: 1, end: 2)
        func step(_ model: some SequenceModel) throws -> GradientStep {
          try GradientStep(model, batch, labelSmoothing: 0.1, seed: 1, step: 1)
        }
        let result = try step(model)
        #expect(result.loss.isFinite && result.targetTokenCount == 2)
        for named in model.parameters {
          #expect(result.gradients[named.parameter]?.firstNonFiniteIndex == nil, "\(named.path)")
        }
      }
    }
  }
}
