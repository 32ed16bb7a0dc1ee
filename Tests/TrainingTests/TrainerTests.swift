import AttentionKit
import Foundation
import TestSupport
import Testing

@Suite struct TrainerTests {
  private static let batches = [
    randomBatch([(3, 5), (1, 2)], seed: 1), randomBatch([(2, 0)], seed: 2),
    randomBatch([(4, 4), (0, 7), (5, 1)], seed: 3),
  ]

  private func trainer(
    _ configuration: TrainingConfiguration,
    model: UnigramModel = UnigramModel([Float](repeating: 0, count: 13)),
    batches: [TrainingBatch] = batches
  ) throws -> Trainer<UnigramModel, FixedBatches> {
    let trainer = try Trainer(
      model: model, modelDimension: 16, configuration: configuration,
      source: FixedBatches(batches))
    trainer.shouldStop = { false }
    return trainer
  }

  /// The whole loop in plain double precision: the paper's schedule, clipping, Adam, one batch after another.
  @Test func doesWhatAPlainLoopDoes() throws {
    let steps = 7
    let model = UnigramModel((0..<13).map { Float($0) * 0.1 - 0.5 })
    var weights = model.scores.value.scalars.map(Double.init)
    let trainer = try trainer(
      quickConfiguration(steps: steps) {
        $0.schedule = LearningRateSchedule(.paper, rate: 0.5, warmupSteps: 3)
        $0.clipNorm = 0.3
      }, model: model)
    var logs: [TrainingLog] = []
    trainer.onLog = { logs.append($0) }
    #expect(try trainer.run() == .finished)

    var (m, v) = (weights.map { _ in 0.0 }, weights.map { _ in 0.0 })
    let (beta1, beta2) = (Double(Float(0.9)), Double(Float(0.98)))
    var didClip = false
    for step in 1...steps {
      let batch = Self.batches[(step - 1) % 3]
      let sums = UnigramSums(
        scores: weights, expected: batch.expected, labelSmoothing: Double(Float(0.1)))
      let tokens = Double(batch.targetTokenCount)
      let raw = sums.gradient.map { $0 / tokens }
      let norm = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
      didClip = didClip || norm > 0.3
      let gradient = raw.map { $0 * min(1, 0.3 / (norm + 1e-6)) }
      let (t, warmup) = (Double(step), 3.0)
      let rate = 0.5 / 4 * min(pow(t, -0.5), t * pow(warmup, -1.5))
      for i in weights.indices {
        m[i] = beta1 * m[i] + (1 - beta1) * gradient[i]
        v[i] = beta2 * v[i] + (1 - beta2) * gradient[i] * gradient[i]
        let (first, second) = (m[i] / (1 - pow(beta1, t)), v[i] / (1 - pow(beta2, t)))
        weights[i] -= rate * first / (second.squareRoot() + 1e-9)
      }
      let log = logs[step - 1]
      #expect(log.step == step && log.totalSteps == steps)
      #expect(abs(log.loss - sums.smoothedLoss / tokens) < 1e-5)
      #expect(abs(log.perplexity - exp(sums.negativeLogLikelihood / tokens)) < 1e-4)
      #expect(abs(log.gradientNorm - norm) < 1e-5)
      #expect(abs(log.learningRate - rate) < 1e-7)
    }
    #expect(didClip)
    #expect(logs.count == steps)
    expectClose(model.scores.value, weights, absolute: 2e-5)
  }

  @Test func anIntervalIsSummedUp() throws {
    let trainer = try trainer(quickConfiguration(steps: 6) { $0.logInterval = 3 })
    var logs: [TrainingLog] = []
    trainer.onLog = { logs.append($0) }
    _ = try trainer.run()
    let single = try self.trainer(quickConfiguration(steps: 6))
    var steps: [TrainingLog] = []
    single.onLog = { steps.append($0) }
    _ = try single.run()

    #expect(logs.map(\.step) == [3, 6])
    let log = logs[0]
    #expect(abs(log.loss - steps[..<3].map(\.loss).reduce(0, +) / 3) < 1e-12)
    #expect(log.gradientNorm == steps[..<3].map(\.gradientNorm).max())
    #expect(log.learningRate == steps[2].learningRate)
    // Sources 4 + 2 + 9; targets with their end tokens 9 + 1 + 15; places 2·(3+6), 1·(2+1), 3·(5+8).
    #expect(abs(log.paddingShare - (1 - 40.0 / 60)) < 1e-12)
    #expect(abs(log.targetTokensPerSecond * 15 / (log.sourceTokensPerSecond * 25) - 1) < 1e-9)
    #expect(abs(log.targetTokensPerSecond * log.elapsedSeconds / 25 - 1) < 1e-9)
    // Three steps are done and three are left.
    #expect(abs(log.remainingSeconds / log.elapsedSeconds - 1) < 1e-9)
    #expect(logs[1].remainingSeconds == 0)
    #expect(logs[1].elapsedSeconds > log.elapsedSeconds)
    // A mean over tokens, so the exponent of a weighted mean of the steps' logarithms.
    let mean = zip(steps, [9.0, 1, 15]).reduce(0) { $0 + Foundation.log($1.0.perplexity) * $1.1 }
    #expect(abs(Foundation.log(log.perplexity) - mean / 25) < 1e-12)
  }

  @Test func endsAfterEpochs() throws {
    let trainer = try trainer(
      quickConfiguration(steps: 0) { $0.maximumEpochs = 4 })
    #expect(try trainer.totalSteps == 12)
    #expect(try trainer.run() == .finished)
    #expect(trainer.state.step == 12 && trainer.state.epoch == 4 && trainer.state.batchIndex == 0)
  }

  @Test func endsAtTheFirstLimit() throws {
    let bySteps = try trainer(
      quickConfiguration(steps: 5) { $0.maximumEpochs = 4 })
    _ = try bySteps.run()
    #expect(bySteps.state.step == 5 && bySteps.state.epoch == 1 && bySteps.state.batchIndex == 2)
    let byEpochs = try trainer(quickConfiguration(steps: 50) { $0.maximumEpochs = 2 })
    _ = try byEpochs.run()
    #expect(byEpochs.state.step == 6 && byEpochs.state.epoch == 2)
  }

  @Test func runningAgainAfterTheEndDoesNothing() throws {
    let trainer = try trainer(quickConfiguration(steps: 4))
    _ = try trainer.run()
    let weights = trainer.model.scores.value
    trainer.onLog = { _ in Issue.record("nothing to log") }
    trainer.onCheckpoint = { Issue.record("nothing to save") }
    #expect(try trainer.run() == .finished)
    expectSameBits(trainer.model.scores.value, weights)
  }

  @Test func validatesAndKeepsTheBest() throws {
    let trainer = try trainer(quickConfiguration(steps: 10) { $0.validationInterval = 2 })
    // Equal is not better, and neither is what is no number.
    var values: [Double] = [3, .nan, 3, 2, 4]
    var events: [String] = []
    trainer.onValidation = { _ in
      [ValidationScore("error", values.removeFirst()), ValidationScore("other", -99)]
    }
    trainer.onValidated = { scores, isBest in
      #expect(scores.map(\.name) == ["error", "other"])
      events.append("\(trainer.state.step)\(isBest ? " best" : "")")
    }
    // The best score is part of the state that a checkpoint keeps.
    trainer.onCheckpoint = { events.append("saved \(trainer.state.bestScore ?? -1)") }
    _ = try trainer.run()
    #expect(
      events == [
        "2 best", "saved 3.0", "4", "saved 3.0", "6", "saved 3.0", "8 best", "saved 2.0", "10",
        "saved 2.0",
      ])
    #expect(trainer.state.bestScore == 2 && trainer.state.bestStep == 8)
  }

  @Test func validatesAtTheEndOfEachEpoch() throws {
    let trainer = try trainer(
      quickConfiguration(steps: 8) {
        $0.validationInterval = 0
        $0.checkpointInterval = 2
      })
    var validated: [Int] = []
    var saved: [Int] = []
    trainer.onValidation = { _ in
      validated.append(trainer.state.step)
      return []
    }
    trainer.onValidated = { _, _ in Issue.record("there are no scores") }
    trainer.onCheckpoint = { saved.append(trainer.state.step) }
    _ = try trainer.run()
    #expect(validated == [3, 6, 8])
    #expect(saved == [2, 3, 4, 6, 8])
  }

  @Test func stopsWhenToldTo() throws {
    let trainer = try trainer(quickConfiguration(steps: 100))
    var saved: [Int] = []
    trainer.onCheckpoint = { saved.append(trainer.state.step) }
    trainer.shouldStop = { trainer.state.step == 4 }
    #expect(try trainer.run() == .interrupted)
    #expect(trainer.state.step == 4)
    #expect(saved.last == 4)
  }

  @Test func divergenceIsAnErrorAndChangesNothing() throws {
    let model = try smallTransformer(seed: 3)
    let trainer = try Trainer(
      model: model, modelDimension: 6, configuration: quickConfiguration(steps: 9),
      source: ShuffledBatches())
    let poisoned = try #require(model.parameters.first { $0.path.contains("inner.weight") })
    let value = poisoned.parameter.value
    var saved: [Int] = []
    var before: [Tensor] = []
    trainer.shouldStop = { false }
    trainer.onCheckpoint = { saved.append(trainer.state.step) }
    trainer.onLog = { log in
      if log.step == 4 {
        poisoned.parameter.value = Tensor(repeating: .nan, shape: value.shape)
        before = model.parameters.map(\.parameter.value)
      }
    }
    let error = try #require(throws: TrainingError.self) { try trainer.run() }
    guard case .diverged(let divergence) = error else { throw error }
    #expect(divergence.step == 5 && !divergence.loss.isFinite)
    #expect("\(error)".contains("step 5"))
    // Step 5 did not happen.
    #expect(trainer.state.step == 4 && trainer.optimizer.step == 4)
    #expect(saved == [])
    for (item, old) in zip(model.parameters, before) {
      expectSameBits(item.parameter.value, old, item.path)
    }
  }

  /// The loss of one batch may be finite where its gradient is not.
  @Test func infiniteGradientsAreDivergence() throws {
    struct Steep: SequenceModel {
      let inner = UnigramModel([0, 0, 0])
      var children: [LayerChild] { inner.children }
      var sourceVocabularySize: Int { 3 }
      var targetVocabularySize: Int { 3 }
      var maximumLength: Int? { nil }
      func encode(_ source: TokenBatch, in context: ForwardContext) throws -> Int { source.count }
      func startState(_ memory: Int) -> UnigramModel.State { inner.startState(memory) }
      func step(_ tokens: [Int], _ state: inout UnigramModel.State) throws -> Tensor {
        try inner.step(tokens, &state)
      }
      func logits(
        _ source: TokenBatch, _ decoderInput: TokenBatch, in context: ForwardContext
      ) throws -> Variable { try inner.logits(source, decoderInput, in: context) }
      func loss(
        _ batch: TrainingBatch, labelSmoothing: Float, normalizer: Float,
        in context: ForwardContext
      ) throws -> TrainingLoss {
        let objective = Variable.result(
          Tensor(scalar: 1), of: context.variable(inner.scores)
        ) { _, accumulator in
          accumulator.add(
            Tensor([0, .infinity, 0]), to: context.variable(inner.scores))
        }
        return TrainingLoss(objective: objective, negativeLogLikelihood: 1, tokenCount: 1)
      }
    }
    let model = Steep()
    let trainer = try Trainer(
      model: model, modelDimension: 1, configuration: quickConfiguration(steps: 3),
      source: FixedBatches([TrainingBatch(sources: [[]], targets: [[]], start: 1, end: 2)]))
    let error = try #require(throws: TrainingError.self) { try trainer.run() }
    guard case .diverged(let divergence) = error else { throw error }
    #expect(divergence.step == 1 && divergence.loss == 1 && divergence.gradientNorm == .infinity)
    expectSameBits(model.inner.scores.value, .zeros([3]))
  }

  /// Where nothing is learnt, only dropout tells the steps apart.
  @Test(arguments: [Float(0), 3]) func everyStepHasItsOwnDropout(consistencyWeight: Float) throws {
    let model = try smallTransformer(seed: 3)
    let trainer = try Trainer(
      model: model, modelDimension: 6,
      configuration: quickConfiguration(steps: 4) {
        $0.schedule.rate = 0
        $0.seed = 17
        $0.consistencyWeight = consistencyWeight
      }, source: FixedBatches([Self.batches[0]]))
    var losses: [Double] = []
    trainer.shouldStop = { false }
    trainer.onLog = { losses.append($0.loss) }
    _ = try trainer.run()
    #expect(Set(losses).count == 4)
    let expected = try (1...4).map { step in
      try GradientStep(
        model, Self.batches[0], labelSmoothing: 0.1, seed: 17, step: step,
        consistencyWeight: consistencyWeight
      ).loss
    }
    #expect(losses == expected)
  }

  @Test func noBatchesIsAnError() throws {
    let trainer = try trainer(quickConfiguration(steps: 3), batches: [])
    #expect(throws: TrainingError.noBatches) { try trainer.run() }
  }

  @Test func errorsOfClosuresEndTheRun() throws {
    struct Full: Error {}
    let trainer = try trainer(quickConfiguration(steps: 3) { $0.checkpointInterval = 2 })
    trainer.onCheckpoint = { throw Full() }
    #expect(throws: Full.self) { try trainer.run() }
    #expect(trainer.state.step == 2)
  }

  @Test func learns() throws {
    let model = UnigramModel([Float](repeating: 0, count: 13))
    // Everything is token 7 and then the end: the best guess gives each a half.
    let batch = TrainingBatch(sources: [[3], [3]], targets: [[7], [7]], start: 1, end: 2)
    let trainer = try trainer(
      quickConfiguration(steps: 300) {
        $0.schedule.rate = 0.1
        $0.labelSmoothing = 0
      }, model: model, batches: [batch])
    _ = try trainer.run()
    let result = try evaluateLoss(model, on: [batch])
    #expect(abs(exp(result.negativeLogLikelihood / 4) - 2) < 0.01)
  }

  /// Epochs of 2, 5, 1 and 4 batches.
  private struct UnevenEpochs: BatchSource {
    private static let counts = [2, 5, 1, 4]
    func batchCount(epoch: Int) -> Int { Self.counts[epoch % 4] }
    func batch(epoch: Int, index: Int) -> TrainingBatch {
      precondition(index < batchCount(epoch: epoch))
      return batches[index % 3]
    }
  }

  /// How many updates there will be is an estimate then; where training ends is not, and neither are its
  /// learning rates.
  @Test func epochsOfDifferentLengths() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    func train(stoppingAt stop: Int?, resuming: Bool) throws -> (UnigramModel, TrainingState) {
      let model = UnigramModel([Float](repeating: 0, count: 13))
      let trainer = try Trainer(
        model: model, modelDimension: 16,
        configuration: quickConfiguration(steps: 0) {
          $0.maximumEpochs = 4
          $0.schedule = LearningRateSchedule(.cosine, rate: 0.1, warmupSteps: 1)
        }, source: UnevenEpochs())
      if resuming { try trainer.resume(from: Checkpoint(contentsOf: path)) }
      trainer.shouldStop = { trainer.state.step == stop }
      trainer.onCheckpoint = {
        try Checkpoint.write(
          to: path, model: model, configuration: .null, optimizer: trainer.optimizer,
          state: trainer.state)
      }
      _ = try trainer.run()
      return (model, trainer.state)
    }
    let whole = try train(stoppingAt: nil, resuming: false)
    #expect(whole.1.step == 12 && whole.1.epoch == 4)
    _ = try train(stoppingAt: 3, resuming: false)
    let resumed = try train(stoppingAt: nil, resuming: true)
    #expect(resumed.1.step == 12)
    expectSameParameters(resumed.0, whole.0)
  }

  @Test func namesParametersWithoutAGradient() throws {
    struct Idle: SequenceModel {
      let inner = UnigramModel([0, 0, 0])
      let idle = Parameter(.ones([2]))
      var children: [LayerChild] { inner.children + [.parameter("idle", idle)] }
      var sourceVocabularySize: Int { 3 }
      var targetVocabularySize: Int { 3 }
      var maximumLength: Int? { nil }
      func encode(_ source: TokenBatch, in context: ForwardContext) throws -> Int { source.count }
      func startState(_ memory: Int) -> UnigramModel.State { inner.startState(memory) }
      func step(_ tokens: [Int], _ state: inout UnigramModel.State) throws -> Tensor {
        try inner.step(tokens, &state)
      }
      func logits(
        _ source: TokenBatch, _ decoderInput: TokenBatch, in context: ForwardContext
      ) throws -> Variable { try inner.logits(source, decoderInput, in: context) }
      func loss(
        _ batch: TrainingBatch, labelSmoothing: Float, normalizer: Float,
        in context: ForwardContext
      ) throws -> TrainingLoss {
        try inner.loss(
          batch, labelSmoothing: labelSmoothing, normalizer: normalizer, in: context)
      }
    }
    let trainer = try Trainer(
      model: Idle(), modelDimension: 1, configuration: quickConfiguration(steps: 1),
      source: FixedBatches([TrainingBatch(sources: [[]], targets: [[]], start: 1, end: 2)]))
    #expect(trainer.parametersWithoutGradient == [])
    _ = try trainer.run()
    #expect(trainer.parametersWithoutGradient == ["idle"])
  }

  /// Infinity is not below infinity, but minus infinity is below everything and cannot be written as JSON.
  @Test func onlyNumbersAreBest() throws {
    let trainer = try trainer(quickConfiguration(steps: 3) { $0.validationInterval = 1 })
    var values: [Double] = [.infinity, -.infinity, 5]
    trainer.onValidation = { _ in [ValidationScore("error", values.removeFirst())] }
    _ = try trainer.run()
    #expect(trainer.state.bestScore == 5 && trainer.state.bestStep == 3)
  }
}
