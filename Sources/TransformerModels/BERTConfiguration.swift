public import Kernels
internal import ResidualLayers
internal import SequenceModels

/// Everything that decides a ``BERT``'s shape and arithmetic. The defaults are those of BERT base (Devlin et al. 2019).
public struct BERTConfiguration: Codable, Equatable, Sendable {
  /// V
  public var vocabularySize: Int
  /// The number of segments that an input may have: 2, for a pair of sentences.
  public var segmentCount = 2
  /// The number of positions there are vectors for.
  public var maximumLength = 512
  /// L
  public var layerCount = 12
  /// D
  public var modelDimension = 768
  /// F
  public var feedForwardDimension = 3072
  /// H; each head gets D / H dimensions.
  public var headCount = 12
  /// The nonlinearity of the feed-forward layers.
  public var activation: Activation = .geluExact
  /// Dropout of the embeddings and of each sub-layer's output.
  public var dropoutRate: Float = 0.1
  /// Dropout of attention weights.
  public var attentionDropoutRate: Float = 0.1
  /// Added to variances under the root.
  public var normEpsilon: Float = 1e-12
  /// Whether there is a layer on top of the first token's vector.
  public var hasPooler = true

  /// BERT base for a vocabulary.
  public init(vocabularySize: Int) { self.vocabularySize = vocabularySize }

  /// Every key is needed; one that is unknown is an error.
  public init(from decoder: any Swift.Decoder) throws {
    try decoder.refuseUnknownKeys(CodingKeys.self)
    let values = try decoder.container(keyedBy: CodingKeys.self)
    vocabularySize = try values.decode(Int.self, forKey: .vocabularySize)
    segmentCount = try values.decode(Int.self, forKey: .segmentCount)
    maximumLength = try values.decode(Int.self, forKey: .maximumLength)
    layerCount = try values.decode(Int.self, forKey: .layerCount)
    modelDimension = try values.decode(Int.self, forKey: .modelDimension)
    feedForwardDimension = try values.decode(Int.self, forKey: .feedForwardDimension)
    headCount = try values.decode(Int.self, forKey: .headCount)
    activation = try values.decode(Activation.self, forKey: .activation)
    dropoutRate = try values.decode(Float.self, forKey: .dropoutRate)
    attentionDropoutRate = try values.decode(Float.self, forKey: .attentionDropoutRate)
    normEpsilon = try values.decode(Float.self, forKey: .normEpsilon)
    hasPooler = try values.decode(Bool.self, forKey: .hasPooler)
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case vocabularySize, segmentCount, maximumLength, layerCount, modelDimension
    case feedForwardDimension, headCount, activation, dropoutRate, attentionDropoutRate
    case normEpsilon, hasPooler
  }

  /// Makes sure that the numbers describe a model.
  ///
  /// - Throws: `ConfigurationError`, which names the field.
  public func validate() throws {
    func require(_ condition: Bool, _ field: CodingKeys, _ expected: String, _ found: Any) throws {
      if !condition {
        throw ConfigurationError(field: field.rawValue, expected: expected, found: "\(found)")
      }
    }
    let sizes: [(CodingKeys, Int)] = [
      (.vocabularySize, vocabularySize), (.segmentCount, segmentCount),
      (.maximumLength, maximumLength), (.layerCount, layerCount),
      (.modelDimension, modelDimension), (.feedForwardDimension, feedForwardDimension),
      (.headCount, headCount),
    ]
    for (field, value) in sizes {
      try require(value >= 1 && value <= 1 << 24, field, "a number from 1 to \(1 << 24)", value)
    }
    try require(
      modelDimension % headCount == 0, .headCount,
      "a number that divides modelDimension (\(modelDimension))", headCount)
    let rates: [(CodingKeys, Float)] = [
      (.dropoutRate, dropoutRate), (.attentionDropoutRate, attentionDropoutRate),
    ]
    for (field, rate) in rates {
      try require(rate >= 0 && rate < 1, field, "a rate of at least 0 and less than 1", rate)
    }
    try require(normEpsilon > 0 && normEpsilon < 1, .normEpsilon, "between 0 and 1", normEpsilon)
  }

  /// The encoder's part of a Transformer.
  var encoder: TransformerConfiguration {
    var encoder = TransformerConfiguration(vocabularySize: vocabularySize)
    encoder.encoderLayerCount = layerCount
    encoder.resize(
      modelDimension: modelDimension, feedForwardDimension: feedForwardDimension,
      headCount: headCount)
    encoder.dropoutRate = dropoutRate
    encoder.attentionDropoutRate = attentionDropoutRate
    encoder.activation = activation
    encoder.normPlacement = .post
    encoder.normEpsilon = normEpsilon
    encoder.positions = .learned
    encoder.maximumLength = maximumLength
    return encoder
  }
}
