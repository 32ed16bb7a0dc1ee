import AttentionKit
import Foundation
import TestSupport
import Testing

/// What the decoder reads in training.
@Suite struct TeacherForcingTests {
  private static let variants = [
    RecurrentVariant.fixedVector[1], RecurrentVariant.attentive[0], RecurrentVariant.attentive[4],
  ]
  private let batch = TrainingBatch(
    sources: [[5, 7, 11, 3, 18], [2, 13], [17, 3, 5]],
    targets: [[4, 6], [8, 10, 12, 21], [14]], start: 1, end: 2)

  /// The likeliest token after each prefix of some inputs.
  private func likeliest(_ model: RecurrentModel, _ batch: TrainingBatch, _ input: TokenBatch)
    throws -> [[Int]]
  {
    let logits = try model.logits(batch.source, input, in: .inference()).value
    return (0..<input.count).map { row in
      (0..<input.lengths[row]).map { step in
        (0..<23).max { logits[row, step, $0] < logits[row, step, $1] }!
      }
    }
  }

  @Test(arguments: variants)
  func aFreeDecoderReadsWhatItSays(variant: RecurrentVariant) throws {
    let model = try variant.model()
    let input = try model.decoderInput(batch, teacherForcingRatio: 0, seed: 1)
    #expect(input.lengths == batch.decoderInput.lengths)
    let said = try likeliest(model, batch, input)
    for row in 0..<3 { #expect(input[row] == [1] + said[row].dropLast()) }
    let loss = try model.freeRunningLoss(batch)
    let logits = try model.logits(batch.source, input, in: .inference())
    let expected = crossEntropy(logits, expected: batch.expected, normalizer: 1)
    expectClose(loss.objective.value, expected.value)
    #expect(loss.tokenCount == 10)
    #expect(try model.decoderInput(batch, teacherForcingRatio: 1, seed: 1) == batch.decoderInput)
  }

  /// Each token is the target's or the model's own, about as often as the ratio says, and by the seed alone.
  @Test func inBetweenTokensAreMixed() throws {
    let model = try Self.variants[1].model()
    let targets = (0..<40).map { row in (0..<12).map { 3 + ($0 * 7 + row * 5) % 20 } }
    let batch = TrainingBatch(
      sources: (0..<40).map { [3 + $0 % 16, 4, 5] }, targets: targets, start: 1, end: 2)
    let input = try model.decoderInput(batch, teacherForcingRatio: 0.7, seed: 5)
    let said = try likeliest(model, batch, input)
    var (forced, total) = (0, 0)
    for row in 0..<40 {
      for step in 1..<13 {
        let (found, target, own) = (input[row][step], targets[row][step - 1], said[row][step - 1])
        #expect(found == target || found == own)
        if target != own {
          total += 1
          forced += found == target ? 1 : 0
        }
      }
    }
    let deviation = (0.7 * 0.3 / Double(total)).squareRoot()
    #expect(abs(Double(forced) / Double(total) - 0.7) < 4 * deviation)
    #expect(try model.decoderInput(batch, teacherForcingRatio: 0.7, seed: 5) == input)
    #expect(try model.decoderInput(batch, teacherForcingRatio: 0.7, seed: 6) != input)
  }

  /// As often as the distribution after the start token says.
  @Test func drawnTokensHaveTheModelsDistribution() throws {
    let model = try Self.variants[1].model()
    let count = 2000
    let batch = TrainingBatch(
      sources: Array(repeating: [5, 7, 11], count: count),
      targets: Array(repeating: [4], count: count), start: 1, end: 2)
    let input = try model.decoderInput(
      batch, teacherForcingRatio: 0, feedback: .sampled, seed: 2)
    let logits = try model.logits(TokenBatch([[5, 7, 11]]), TokenBatch([[1]]), in: .inference())
    let probabilities = softmax(logits).value.scalars.map(Double.init)
    for token in 0..<23 {
      let found = Double((0..<count).count { input[$0][1] == token }) / Double(count)
      let p = probabilities[token]
      #expect(abs(found - p) < 4.5 * (p * (1 - p) / Double(count)).squareRoot() + 1e-3)
    }
  }

  @Test func schedulesAreTheFormulas() {
    let linear = TeacherForcing(schedule: .linear, ratio: 0.9, minimumRatio: 0.25, decay: 0.01)
    let exponential = TeacherForcing(schedule: .exponential, decay: 0.99)
    let sigmoid = TeacherForcing(schedule: .inverseSigmoid, ratio: 0.8, decay: 50)
    for step in [0, 1, 17, 65, 66, 1000] {
      let i = Double(step)
      #expect(TeacherForcing(ratio: 0.4).ratio(atStep: step) == 0.4)
      #expect(abs(Double(linear.ratio(atStep: step)) - max(0.25, 0.9 - 0.01 * i)) < 1e-6)
      #expect(abs(Double(exponential.ratio(atStep: step)) - pow(0.99, i)) < 1e-4)
      #expect(abs(Double(sigmoid.ratio(atStep: step)) - 0.8 * 50 / (50 + exp(i / 50))) < 1e-4)
    }
    #expect(TeacherForcing().ratio(atStep: 10_000_000) == 1)
    #expect(sigmoid.ratio(atStep: 10_000_000) == 0)
  }

  /// The schedule counts in training alone: a ratio of 0 from the second update on.
  @Test(arguments: variants)
  func theScheduleHoldsInTraining(variant: RecurrentVariant) throws {
    var configuration = variant.configuration
    configuration.teacherForcing = TeacherForcing(schedule: .linear, decay: 0.5)
    let model = try RecurrentModel(configuration, seed: 3)
    func loss(_ context: ForwardContext, ratio: Float? = nil) throws -> Tensor {
      let loss =
        try ratio.map {
          try model.loss(
            batch, labelSmoothing: 0, normalizer: 10, teacherForcingRatio: $0, in: context)
        } ?? model.loss(batch, labelSmoothing: 0, normalizer: 10, in: context)
      return loss.objective.value
    }
    let (forced, free) = (try loss(.inference(), ratio: 1), try loss(.inference(), ratio: 0))
    #expect(forced != free)
    #expect(try loss(.training(seed: 1, step: 2)) == free)
    #expect(try loss(.training(seed: 1, step: 0)) == forced)
    #expect(try loss(.inference()) == forced)
    #expect(try loss(.differentiating()) == forced)
  }

  /// Dropout is the same whatever the decoder reads: with equal inputs the losses are equal.
  @Test func dropoutDoesNotDependOnTheRatio() throws {
    var configuration = Self.variants[1].configuration
    configuration.dropoutRate = 0.5
    configuration.embeddingDropoutRate = 0.2
    configuration.outputDropoutRate = 0.2
    let model = try RecurrentModel(configuration, seed: 3)
    let one = TrainingBatch(sources: [[5, 7], [3, 4]], targets: [[], []], start: 1, end: 2)
    func loss(ratio: Float, seed: UInt64 = 1) throws -> Tensor {
      try model.loss(
        one, labelSmoothing: 0, normalizer: 1, teacherForcingRatio: ratio,
        in: .training(seed: seed)
      ).objective.value
    }
    #expect(try loss(ratio: 0) == loss(ratio: 1))
    #expect(try loss(ratio: 1, seed: 2) != loss(ratio: 1))
  }

  @Test(arguments: variants)
  func aFreeDecoderLearns(variant: RecurrentVariant) throws {
    var configuration = variant.configuration
    configuration.teacherForcing = TeacherForcing(ratio: 0, feedback: .sampled)
    let model = try RecurrentModel(configuration, seed: 3)
    let optimizer = Adam(model.parameters)
    let before = try model.freeRunningLoss(batch).negativeLogLikelihood
    for step in 1...40 {
      let result = try GradientStep(model, batch, labelSmoothing: 0, seed: 1, step: step)
      _ = optimizer.update(result.gradients, learningRate: 0.02)
    }
    #expect(try model.freeRunningLoss(batch).negativeLogLikelihood < 0.5 * before)
  }
}
