internal import AttentionLayers
internal import CoreLayers
internal import FeedForwardLayers
internal import PositionalEncodings
internal import ResidualLayers
internal import Tensors

// How a configuration becomes the components of a layer. The components themselves know no configuration.

extension MultiHeadAttention {
  init(
    _ configuration: TransformerConfiguration, mechanism: any AttentionMechanism,
    using generator: inout SeededGenerator
  ) {
    self.init(
      modelDimension: configuration.modelDimension, headCount: configuration.headCount,
      keyDimension: configuration.keyDimension, valueDimension: configuration.valueDimension,
      hasBiases: configuration.hasAttentionBiases,
      dropoutRate: configuration.attentionDropoutRate, mechanism: mechanism, using: &generator)
  }
}

extension FeedForward {
  init(_ configuration: TransformerConfiguration, using generator: inout SeededGenerator) {
    self.init(
      modelDimension: configuration.modelDimension,
      feedForwardDimension: configuration.feedForwardDimension,
      activation: configuration.activation, dropoutRate: configuration.activationDropoutRate,
      using: &generator)
  }
}

extension AddNorm {
  init(_ configuration: TransformerConfiguration) {
    self.init(
      dimension: configuration.modelDimension, placement: configuration.normPlacement,
      dropoutRate: configuration.dropoutRate, epsilon: configuration.normEpsilon)
  }
}

extension TransformerConfiguration {
  func makePositions(using generator: inout SeededGenerator) -> any PositionalEncoding {
    switch positions {
    case .sinusoidal:
      SinusoidalPositions(
        modelDimension: modelDimension, maximumLength: maximumLength,
        arrangement: sinusoids.arrangement, waveLengths: sinusoids.waveLengths,
        firstPosition: sinusoids.firstPosition)
    case .learned:
      LearnedPositions(
        modelDimension: modelDimension, maximumLength: maximumLength, using: &generator)
    case .none, .relative, .rotary, .alibi, .t5: NoPositions(modelDimension: modelDimension)
    }
  }

  /// The norm after the last layer. A post-norm layer ends in one already.
  func makeFinalNorm() -> LayerNorm? {
    normPlacement == .pre || finalNorm == .always
      ? LayerNorm(dimension: modelDimension, epsilon: normEpsilon) : nil
  }
}
