import AttentionKit

/// A model and a batch for it; the numbers are those of `Benchmarks/peers/configurations.py`.
struct ModelSize: CustomStringConvertible {
  let name: String
  let vocabulary, model, feedForward, heads, layers, batch, length: Int

  static let tiny = ModelSize(
    name: "tiny", vocabulary: 64, model: 128, feedForward: 512, heads: 4, layers: 2, batch: 32,
    length: 16)
  static let m30k = ModelSize(
    name: "m30k", vocabulary: 9712, model: 128, feedForward: 256, heads: 4, layers: 4, batch: 256,
    length: 16)
  static let small = ModelSize(
    name: "small", vocabulary: 8000, model: 256, feedForward: 1024, heads: 4, layers: 3, batch: 32,
    length: 32)
  static let base = ModelSize(
    name: "base", vocabulary: 32000, model: 512, feedForward: 2048, heads: 8, layers: 6, batch: 16,
    length: 64)

  var description: String {
    "\(name): vocabulary \(vocabulary), d \(model), ff \(feedForward), \(heads) heads, "
      + "\(layers)+\(layers) layers, \(batch) sequences of \(length)+\(length) tokens"
  }

  /// The same model with another batch.
  func withBatch(_ batch: Int) -> ModelSize {
    ModelSize(
      name: name, vocabulary: vocabulary, model: model, feedForward: feedForward, heads: heads,
      layers: layers, batch: batch, length: length)
  }

  func transformer(seed: UInt64) throws -> Transformer {
    var configuration = TransformerConfiguration(vocabularySize: vocabulary)
    configuration.encoderLayerCount = layers
    configuration.decoderLayerCount = layers
    configuration.resize(
      modelDimension: model, feedForwardDimension: feedForward, headCount: heads)
    return try Transformer(configuration, seed: seed)
  }

  /// As wide, with the layers that make it about as large.
  func lstm(seed: UInt64) throws -> RecurrentModel {
    try RecurrentModel(
      RecurrentConfiguration(
        vocabularySize: vocabulary, modelDimension: model, layerCount: max(2, layers / 3),
        cell: .lstm), seed: seed)
  }

  func batch(seed: UInt64) -> TrainingBatch {
    RandomBatch.make(count: batch, length: length, vocabularySize: vocabulary, seed: seed)
  }
}
