import AttentionKit

/// A model and a batch that both the training suite and the peers use.
struct ModelSize: CustomStringConvertible, Sendable {
  let name: String
  let vocabulary, model, feedForward, heads, layers, batch: Int
  /// Tokens of a source, and of a target with its end.
  let length: Int

  static let tiny = ModelSize(
    name: "tiny", vocabulary: 64, model: 128, feedForward: 512, heads: 4, layers: 2,
    batch: 32, length: 16)
  static let g2p = ModelSize(
    name: "g2p", vocabulary: 72, model: 256, feedForward: 512, heads: 4, layers: 3,
    batch: 512, length: 9)
  static let m30k = ModelSize(
    name: "m30k", vocabulary: 9712, model: 128, feedForward: 256, heads: 4, layers: 4,
    batch: 256, length: 16)
  static let small = ModelSize(
    name: "small", vocabulary: 8000, model: 256, feedForward: 1024, heads: 4, layers: 3,
    batch: 32, length: 32)
  static let base = ModelSize(
    name: "base", vocabulary: 32000, model: 512, feedForward: 2048, heads: 8, layers: 6,
    batch: 16, length: 64)
  static let all = [tiny, g2p, m30k, small, base]

  /// For the method of a suite, under ``heading``.
  var description: String {
    "\(name)  \(vocabulary) \(model) \(feedForward) \(heads) \(layers) \(batch) \(length)"
  }

  /// What the numbers of ``description`` are.
  static let heading =
    "vocabulary, d, ff, heads, layers, batch, length of source and of target:"

  /// With the paper's defaults, dropout 0.1 among them.
  var transformer: TransformerConfiguration {
    var configuration = TransformerConfiguration(vocabularySize: vocabulary)
    configuration.encoderLayerCount = layers
    configuration.decoderLayerCount = layers
    configuration.resize(
      modelDimension: model, feedForwardDimension: feedForward, headCount: heads)
    return configuration
  }

  /// As wide, with dot attention; more layers than these do not train better.
  func recurrent(_ cell: RecurrentCell) -> RecurrentConfiguration {
    RecurrentConfiguration(
      vocabularySize: vocabulary, modelDimension: model, layerCount: max(2, layers / 3),
      cell: cell)
  }

  /// Operations of a training step of the Transformer, in matrix products: 3 times those of the forward pass.
  var transformerFlops: Double {
    3 * Double(batch)
      * TransformerCost(transformer, sourceLength: length, targetLength: length).total
  }

  /// Random tokens without padding.
  func randomBatch(seed: UInt64) -> TrainingBatch {
    RandomBatch.make(count: batch, length: length, vocabularySize: vocabulary, seed: seed)
  }
}
