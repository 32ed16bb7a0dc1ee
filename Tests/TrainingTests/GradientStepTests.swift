import AttentionKit
import Foundation
import TestSupport
import Testing

@Suite struct GradientStepTests {
  private let batch = randomBatch([(3, 5), (1, 0), (7, 2), (0, 3), (2, 7)], seed: 11)

  @Test func equalsTheSumsOfTheModel() throws {
    let model = UnigramModel([0.3, -0.2, 0.5, 1, -1, 0, 0.1, 0.2, -0.3, 0.4, 0.6, -0.7, 0.8])
    let step = try GradientStep(model, batch, labelSmoothing: 0.1, seed: 1, step: 1)
    let sums = UnigramSums(
      scores: model.scores.value.scalars.map(Double.init), expected: batch.expected,
      labelSmoothing: Double(Float(0.1)))
    // 5 + 0 + 2 + 3 + 7 tokens and an end token for each sequence.
    #expect(step.targetTokenCount == 22)
    #expect(abs(step.loss - sums.smoothedLoss / 22) < 1e-6)
    #expect(abs(step.negativeLogLikelihood - sums.negativeLogLikelihood) < 1e-9)
    expectClose(try #require(step.gradients[model.scores]), sums.gradient.map { $0 / 22 })
  }

  /// Parts have different numbers of tokens and of padding; only a division by the tokens of the whole batch
  /// gives the gradients of the unsplit one.
  @Test(arguments: [2, 3, 5, 99])
  func partsAddUpToTheWholeBatch(_ parts: Int) throws {
    let model = try smallTransformer(seed: 3, dropoutRate: 0)
    let whole = try GradientStep(model, batch, labelSmoothing: 0.1, seed: 1, step: 1)
    let split = try GradientStep(
      model, batch, labelSmoothing: 0.1, parts: parts, seed: 1, step: 1)
    #expect(abs(split.loss - whole.loss) < 1e-6 * whole.loss)
    #expect(
      abs(split.negativeLogLikelihood - whole.negativeLogLikelihood)
        < 1e-6 * whole.negativeLogLikelihood)
    #expect(split.targetTokenCount == whole.targetTokenCount)
    for item in model.parameters {
      expectClose(
        try #require(split.gradients[item.parameter]),
        try #require(whole.gradients[item.parameter]), absolute: 1e-6, relative: 2e-5, item.path)
    }
  }

  @Test func dropoutFollowsSeedStepAndPart() throws {
    let model = try smallTransformer(seed: 3)
    // Two equal rows: in one part or in two, they get different masks.
    let twice = TrainingBatch(sources: [[3, 4], [3, 4]], targets: [[5], [5]], start: 1, end: 2)
    func loss(parts: Int = 1, seed: UInt64 = 1, step: Int = 1) throws -> Double {
      try GradientStep(model, twice, labelSmoothing: 0, parts: parts, seed: seed, step: step).loss
    }
    let reference = try loss()
    #expect(try loss() == reference)
    #expect(try loss(seed: 2) != reference)
    #expect(try loss(step: 2) != reference)
    let split = try loss(parts: 2)
    #expect(try loss(parts: 2) == split)
    let once = TrainingBatch(sources: [[3, 4]], targets: [[5]], start: 1, end: 2)
    let single = try GradientStep(model, once, labelSmoothing: 0, seed: 1, step: 1).loss
    // With one mask for both parts, the loss would be that of one row alone.
    #expect(split != single)
  }

  /// R-Drop's own formula: the cross-entropies of two passes over the same pairs, and α times the mean of both
  /// divergences, over twice the tokens.
  @Test func consistencyWeighsTheDistanceOfTwoPasses() throws {
    let model = try smallTransformer(seed: 3)
    let (sources, targets) = ([[3, 4, 5], [6]], [[5], [7, 8, 9]])
    let batch = TrainingBatch(sources: sources, targets: targets, start: 1, end: 2)
    let twice = TrainingBatch(
      sources: sources + sources, targets: targets + targets, start: 1, end: 2)
    let context = ForwardContext.training(seed: 4, step: 2)
    let logits = try model.logits(twice.source, twice.decoderInput, in: context).value.scalars
      .map(Double.init)
    let columns = model.targetVocabularySize
    let half = logits.count / 2
    var distance = 0.0
    for (row, token) in batch.expected.enumerated() where token >= 0 {
      let places = row * columns..<(row + 1) * columns
      func logProbabilities(_ logits: ArraySlice<Double>) -> [Double] {
        let sum = log(logits.reduce(0) { $0 + exp($1) })
        return logits.map { $0 - sum }
      }
      let p = logProbabilities(logits[places])
      let q = logProbabilities(logits[half + places.lowerBound..<half + places.upperBound])
      for (p, q) in zip(p, q) { distance += (exp(p) - exp(q)) * (p - q) / 2 }
    }
    #expect(distance > 0.001)
    let likelihood = Oracle.crossEntropy(logits, expected: twice.expected, columns: columns)
    let smoothed = Oracle.crossEntropy(
      logits, expected: twice.expected, columns: columns, labelSmoothing: 0.1)
    let step = try GradientStep(
      model, batch, labelSmoothing: 0.1, seed: 4, step: 2, consistencyWeight: 1.5)
    #expect(step.targetTokenCount == 6)
    #expect(abs(step.loss - (smoothed + 1.5 * distance) / 12) < 1e-5)
    #expect(abs(step.negativeLogLikelihood - likelihood / 2) < 1e-4)
  }

  @Test func consistencyOfPartsIsThatOfTheBatch() throws {
    let model = try smallTransformer(seed: 3, dropoutRate: 0)
    let plain = try GradientStep(model, batch, labelSmoothing: 0.1, seed: 1, step: 1)
    for parts in [1, 3] {
      // Without dropout both passes are one.
      let step = try GradientStep(
        model, batch, labelSmoothing: 0.1, parts: parts, seed: 1, step: 1, consistencyWeight: 5)
      #expect(abs(step.loss - plain.loss) < 1e-6 * plain.loss)
      for item in model.parameters {
        expectClose(
          try #require(step.gradients[item.parameter]),
          try #require(plain.gradients[item.parameter]), absolute: 1e-6, relative: 2e-5, item.path)
      }
    }
  }

  @Test func evaluationDoesNotDependOnTheBatches() throws {
    let model = try smallTransformer(seed: 5)
    let sources = [[3, 4, 5], [6], [], [7, 8, 9, 10]]
    let targets = [[4], [5, 6, 7], [8], []]
    func batches(of size: Int) -> [TrainingBatch] {
      stride(from: 0, to: sources.count, by: size).map { start in
        let rows = start..<min(sources.count, start + size)
        return TrainingBatch(
          sources: Array(sources[rows]), targets: Array(targets[rows]), start: 1, end: 2)
      }
    }
    let whole = try evaluateLoss(model, on: batches(of: 4))
    #expect(whole.tokenCount == 9)
    #expect(whole.negativeLogLikelihood > 0)
    for size in [1, 3] {
      let found = try evaluateLoss(model, on: batches(of: size))
      #expect(found.tokenCount == 9)
      #expect(
        abs(found.negativeLogLikelihood - whole.negativeLogLikelihood)
          < 1e-6 * whole.negativeLogLikelihood)
    }
    let nothing = try evaluateLoss(model, on: [])
    #expect(nothing.negativeLogLikelihood == 0 && nothing.tokenCount == 0)
  }

  /// A model that knows nothing has a perplexity of the size of its vocabulary.
  @Test func perplexityOfAUniformModel() throws {
    let model = UnigramModel([Float](repeating: 0.5, count: 13))
    let result = try evaluateLoss(model, on: [batch])
    #expect(abs(exp(result.negativeLogLikelihood / Double(result.tokenCount)) - 13) < 1e-9)
  }

  @Test func badTokensAreTypedErrors() throws {
    let model = try smallTransformer(seed: 3)
    let bad = TrainingBatch(sources: [[3, 13]], targets: [[4]], start: 1, end: 2)
    #expect(throws: SequenceModelError.self) {
      try GradientStep(model, bad, labelSmoothing: 0, seed: 1, step: 1)
    }
  }
}
