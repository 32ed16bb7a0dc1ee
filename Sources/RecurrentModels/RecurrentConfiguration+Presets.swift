extension RecurrentConfiguration {
  /// Google's system of 2016 (Wu et al. 2016) at a width: 8 + 8 LSTM layers, the first of the encoder bidirectional
  /// with D in each direction, residual connections from the third on, additive attention from the first decoder
  /// layer, and zeros as the decoder's first states. The paper's width is 1024, its dropout 0.2.
  public static func gnmt(
    sourceVocabularySize: Int, targetVocabularySize: Int, modelDimension: Int = 1024
  ) -> RecurrentConfiguration {
    var configuration = RecurrentConfiguration(
      sourceVocabularySize: sourceVocabularySize, targetVocabularySize: targetVocabularySize,
      modelDimension: modelDimension, layerCount: 8, dropoutRate: 0.2)
    configuration.encoderDirection = .firstBidirectional
    configuration.directionWidth = .full
    configuration.residualFromLayer = 3
    configuration.contextUse = .none
    configuration.attention = .gnmt
    configuration.score = .additive
    configuration.tying = .none
    configuration.hasOutputBias = true
    return configuration
  }
}
