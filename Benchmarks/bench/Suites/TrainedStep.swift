import AttentionKit

/// A model in training.
final class TrainedStep<Model: SequenceModel> {
  let model: Model
  private let adam: Adam
  private var count = 0

  init(_ model: Model) {
    self.model = model
    adam = Adam(model.parameters)
  }

  func run(_ batch: TrainingBatch) throws -> Double {
    count += 1
    let result = try GradientStep(model, batch, labelSmoothing: 0.1, seed: 1, step: count)
    _ = adam.update(result.gradients, learningRate: 1e-4, maximumNorm: 1)
    return result.loss
  }

  /// The loss in chunks against the plain cross-entropy of all logits.
  func check(_ batch: TrainingBatch) throws {
    let normalizer = Float(batch.targetTokenCount)
    let loss = try model.loss(
      batch, labelSmoothing: 0.1, normalizer: normalizer, in: .inference())
    let logits = try model.logits(batch.source, batch.decoderInput, in: .inference())
    let plain = crossEntropy(
      logits, expected: batch.expected, labelSmoothing: 0.1, normalizer: normalizer)
    try requireClose([loss.objective.value], [plain.value], tolerance: 1e-3)
  }
}

/// Batches of random tokens without padding.
enum RandomBatch {
  static func make(count: Int, length: Int, vocabularySize: Int, seed: UInt64) -> TrainingBatch {
    var generator = SeededGenerator(seed: combineSeeds(seed, UInt64(length)))
    func sequences(_ length: Int) -> [[Int]] {
      (0..<count).map { _ in
        (0..<length).map { _ in Int.random(in: 4..<vocabularySize, using: &generator) }
      }
    }
    // The target is one token shorter: its end token makes up for it.
    return TrainingBatch(
      sources: sequences(length), targets: sequences(length - 1), start: 2, end: 3)
  }
}
