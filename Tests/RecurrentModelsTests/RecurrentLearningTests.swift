import AttentionKit
import Foundation
import TestSupport
import Testing

/// A few seconds of training on copying, for each way of telling the decoder about the source.
@Suite struct RecurrentLearningTests {
  /// Sequences of 1 to 3 of six symbols.
  private func batch(_ seed: UInt64) -> TrainingBatch {
    var generator = SeededGenerator(seed: seed)
    let sequences = (0..<16).map { _ in
      (0..<1 + generator.next(below: 3)).map { _ in 3 + generator.next(below: 6) }
    }
    return TrainingBatch(sources: sequences, targets: sequences, start: 1, end: 2)
  }

  @Test(arguments: [
    RecurrentVariant.fixedVector[3], RecurrentVariant.attentive[0], RecurrentVariant.attentive[3],
    RecurrentVariant.attentive[5],
  ])
  func copyingIsLearned(variant: RecurrentVariant) throws {
    var configuration = variant.configuration
    configuration.sourceVocabularySize = 9
    configuration.targetVocabularySize = 9
    configuration.modelDimension = 24
    let model = try RecurrentModel(configuration, seed: 2)
    let heldOut = batch(0)
    func perplexity() throws -> Double {
      let result = try evaluateLoss(model, on: [heldOut])
      return exp(result.negativeLogLikelihood / Double(result.tokenCount))
    }
    let before = try perplexity()
    let optimizer = Adam(model.parameters)
    for step in 1...100 {
      let result = try GradientStep(
        model, batch(UInt64(step)), labelSmoothing: 0, seed: 1, step: step)
      _ = optimizer.update(result.gradients, learningRate: 0.01)
    }
    // Knowing the symbols' and the end's frequencies alone gives more than 5.
    let after = try perplexity()
    #expect(before > 8 && after < 2.5, "from \(before) to \(after)")
  }
}
