internal import Kernels
internal import ResidualLayers

extension TransformerConfiguration {
  /// Keys that came later than a file keep their defaults; one that is missing otherwise or unknown is an error.
  public init(from decoder: any Swift.Decoder) throws {
    try decoder.refuseUnknownKeys(CodingKeys.self)
    try self.init(amongOtherKeysOf: decoder)
  }

  /// A configuration whose keys stand beside others, which somebody else reads and checks.
  package init(amongOtherKeysOf decoder: any Swift.Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      sourceVocabularySize: try values.decode(Int.self, forKey: .sourceVocabularySize),
      targetVocabularySize: try values.decode(Int.self, forKey: .targetVocabularySize))
    encoderLayerCount = try values.decode(Int.self, forKey: .encoderLayerCount)
    decoderLayerCount = try values.decode(Int.self, forKey: .decoderLayerCount)
    modelDimension = try values.decode(Int.self, forKey: .modelDimension)
    feedForwardDimension = try values.decode(Int.self, forKey: .feedForwardDimension)
    headCount = try values.decode(Int.self, forKey: .headCount)
    keyDimension = try values.decode(Int.self, forKey: .keyDimension)
    valueDimension = try values.decode(Int.self, forKey: .valueDimension)
    dropoutRate = try values.decode(Float.self, forKey: .dropoutRate)
    attentionDropoutRate = try values.decode(Float.self, forKey: .attentionDropoutRate)
    activationDropoutRate = try values.decode(Float.self, forKey: .activationDropoutRate)
    activation = try values.decode(Activation.self, forKey: .activation)
    normPlacement = try values.decode(NormPlacement.self, forKey: .normPlacement)
    normEpsilon = try values.decode(Float.self, forKey: .normEpsilon)
    tying = try values.decode(Tying.self, forKey: .tying)
    positions = try values.decode(Positions.self, forKey: .positions)
    maximumLength = try values.decode(Int.self, forKey: .maximumLength)
    finalNorm = try values.decodeIfPresent(FinalNorm.self, forKey: .finalNorm) ?? finalNorm
    scalesEmbeddings =
      try values.decodeIfPresent(Bool.self, forKey: .scalesEmbeddings) ?? scalesEmbeddings
    hasOutputBias = try values.decodeIfPresent(Bool.self, forKey: .hasOutputBias) ?? hasOutputBias
    hasAttentionBiases =
      try values.decodeIfPresent(Bool.self, forKey: .hasAttentionBiases) ?? hasAttentionBiases
    initialization =
      try values.decodeIfPresent(InitializationScheme.self, forKey: .initialization)
      ?? initialization
    sinusoids =
      try values.decodeIfPresent(SinusoidConfiguration.self, forKey: .sinusoids) ?? sinusoids
    attentionPositions =
      try values.decodeIfPresent(
        AttentionPositionConfiguration.self, forKey: .attentionPositions) ?? attentionPositions
    selfAttention =
      try values.decodeIfPresent(AttentionConfiguration.self, forKey: .selfAttention)
      ?? selfAttention
    crossAttention =
      try values.decodeIfPresent(AttentionConfiguration.self, forKey: .crossAttention)
      ?? crossAttention
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case sourceVocabularySize, targetVocabularySize, encoderLayerCount, decoderLayerCount
    case modelDimension, feedForwardDimension, headCount, keyDimension, valueDimension
    case dropoutRate, attentionDropoutRate, activationDropoutRate
    case activation, normPlacement, normEpsilon, tying, positions, maximumLength
    case finalNorm, scalesEmbeddings, hasOutputBias, hasAttentionBiases, initialization, sinusoids
    case attentionPositions, selfAttention, crossAttention
  }
}
