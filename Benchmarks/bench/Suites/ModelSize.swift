import AttentionKit

/// A model and a batch for it, which several suites and the peers use.
struct ModelSize: CustomStringConvertible, Sendable {
  let name: String
  let vocabulary, model, feedForward, heads, layers, batch, length: Int

  static let tiny = ModelSize(
    name: "tiny", vocabulary: 64, model: 128, feedForward: 512, heads: 4, layers: 2, batch: 32,
    length: 16)
  static let g2p = ModelSize(
    name: "g2p", vocabulary: 72, model: 256, feedForward: 512, heads: 4, layers: 3, batch: 512,
    length: 9)
  static let m30k = ModelSize(
    name: "m30k", vocabulary: 9712, model: 128, feedForward: 256, heads: 4, layers: 4, batch: 256,
    length: 16)
  static let small = ModelSize(
    name: "small", vocabulary: 8000, model: 256, feedForward: 1024, heads: 4, layers: 3, batch: 32,
    length: 32)
  static let base = ModelSize(
    name: "base", vocabulary: 32000, model: 512, feedForward: 2048, heads: 8, layers: 6, batch: 16,
    length: 64)

  static let all = [tiny, g2p, m30k, small, base]

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

  /// With the paper's defaults, dropout 0.1 among them.
  var transformerConfiguration: TransformerConfiguration {
    var configuration = TransformerConfiguration(vocabularySize: vocabulary)
    configuration.encoderLayerCount = layers
    configuration.decoderLayerCount = layers
    configuration.resize(
      modelDimension: model, feedForwardDimension: feedForward, headCount: heads)
    return configuration
  }

  func transformer(seed: UInt64) throws -> Transformer {
    try Transformer(transformerConfiguration, seed: seed)
  }

  /// Operations of a training step of the Transformer, in matrix products: 3 times those of the forward pass.
  var transformerFlops: Double {
    let forward = TransformerCost(
      transformerConfiguration, sourceLength: length, targetLength: length)
    return 3 * Double(batch) * forward.total
  }

  /// As wide, with the layers that make it about as large, and dot attention.
  func recurrentConfiguration(_ cell: RecurrentCell) -> RecurrentConfiguration {
    RecurrentConfiguration(
      vocabularySize: vocabulary, modelDimension: model, layerCount: max(2, layers / 3),
      cell: cell)
  }

  func recurrent(_ cell: RecurrentCell, seed: UInt64) throws -> RecurrentModel {
    try RecurrentModel(recurrentConfiguration(cell), seed: seed)
  }

  func lstm(seed: UInt64) throws -> RecurrentModel { try recurrent(.lstm, seed: seed) }

  func batch(seed: UInt64) -> TrainingBatch {
    RandomBatch.make(count: batch, length: length, vocabularySize: vocabulary, seed: seed)
  }
}
