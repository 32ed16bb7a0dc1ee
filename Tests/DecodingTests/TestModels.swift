import AttentionKit

/// Small models with random weights.
enum TestModels {
  static func transformer(vocabularySize: Int, seed: UInt64) throws -> Transformer {
    var configuration = TransformerConfiguration(vocabularySize: vocabularySize)
    configuration.encoderLayerCount = 2
    configuration.decoderLayerCount = 2
    configuration.resize(modelDimension: 12, feedForwardDimension: 17, headCount: 3)
    configuration.maximumLength = 40
    return try Transformer(configuration, seed: seed)
  }

  static func lstm(vocabularySize: Int, seed: UInt64) throws -> RecurrentModel {
    try RecurrentModel(
      RecurrentConfiguration(vocabularySize: vocabularySize, modelDimension: 14, layerCount: 2),
      seed: seed)
  }
}
