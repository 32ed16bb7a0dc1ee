import AttentionKit

/// A Transformer, its vocabularies aside, which the data decide.
struct ModelConfiguration: Codable, Equatable {
  var encoderLayerCount = 6
  var decoderLayerCount = 6
  var modelDimension = 512
  var feedForwardDimension = 2048
  var headCount = 8
  /// 0: modelDimension / headCount.
  var keyDimension = 0
  var valueDimension = 0
  var dropoutRate: Float = 0.1
  var attentionDropoutRate: Float = 0
  var activationDropoutRate: Float = 0
  var activation = Activation.relu
  var normPlacement = NormPlacement.post
  var normEpsilon: Float = 1e-6
  /// `all` needs one vocabulary; with two it means `decoder`.
  var tying = TransformerConfiguration.Tying.all
  var positions = TransformerConfiguration.Positions.sinusoidal
  var maximumLength = 1024
  /// Of `positions` inside attention.
  var attentionPositions = AttentionPositionConfiguration()
  var selfAttention = AttentionConfiguration()
  var crossAttention = AttentionConfiguration()
  /// The seed of the parameters.
  var seed: UInt64 = 1

  func transformer(source: Int, target: Int, sharesVocabulary: Bool) -> TransformerConfiguration {
    var result = TransformerConfiguration(
      sourceVocabularySize: source, targetVocabularySize: target)
    result.encoderLayerCount = encoderLayerCount
    result.decoderLayerCount = decoderLayerCount
    result.resize(
      modelDimension: modelDimension, feedForwardDimension: feedForwardDimension,
      headCount: headCount)
    if keyDimension > 0 { result.keyDimension = keyDimension }
    if valueDimension > 0 { result.valueDimension = valueDimension }
    result.dropoutRate = dropoutRate
    result.attentionDropoutRate = attentionDropoutRate
    result.activationDropoutRate = activationDropoutRate
    result.activation = activation
    result.normPlacement = normPlacement
    result.normEpsilon = normEpsilon
    result.tying = tying == .all && !sharesVocabulary ? .decoder : tying
    result.positions = positions
    result.maximumLength = maximumLength
    result.attentionPositions = attentionPositions
    result.selfAttention = selfAttention
    result.crossAttention = crossAttention
    return result
  }
}

extension RunConfiguration {
  /// D, for the paper's learning rate.
  var modelDimension: Int {
    architecture == .transformer ? model.modelDimension : recurrent.modelDimension
  }

  /// The longest sequence that the model takes.
  var lengthLimit: Int {
    architecture == .transformer ? model.maximumLength : .max
  }

  /// A new model for the vocabularies of a codec.
  func newModel(for codec: Codec) throws -> any SequenceModel {
    let (source, target) = (codec.sourceVocabulary.count, codec.targetVocabulary.count)
    let sharesVocabulary = codec.sourceVocabulary == codec.targetVocabulary
    switch architecture {
    case .transformer:
      return try Transformer(
        model.transformer(source: source, target: target, sharesVocabulary: sharesVocabulary),
        seed: model.seed)
    case .recurrent:
      var configuration = recurrent
      configuration.sourceVocabularySize = source
      configuration.targetVocabularySize = target
      if configuration.tying == .all && !sharesVocabulary { configuration.tying = .decoder }
      return try RecurrentModel(configuration, seed: model.seed)
    }
  }
}
