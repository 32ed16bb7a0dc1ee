public import Kernels
internal import PositionalEncodings
public import ResidualLayers
internal import SequenceModels

/// Everything that decides a Transformer's shape and arithmetic. The defaults are the paper's.
public struct TransformerConfiguration: Codable, Equatable, Sendable {
  /// Which of the three matrices between tokens and vectors are one (section 3.4).
  public enum Tying: String, Codable, Sendable, CaseIterable {
    /// Source embedding, target embedding and output projection, as in the paper. Needs one vocabulary.
    case all
    /// Target embedding and output projection.
    case decoder
    /// None.
    case none
  }

  /// What tells positions apart (section 3.5).
  public enum Positions: String, Codable, Sendable, CaseIterable {
    /// Sines and cosines, added to embeddings.
    case sinusoidal
    /// Learned vectors, added to embeddings.
    case learned
    /// Nothing: the encoder sees a bag of words; the decoder's mask alone shows it an order.
    case none
    /// Learned vectors of distances, added to keys and values of self-attention (Shaw et al. 2018).
    case relative
    /// Queries and keys of self-attention turned by their positions (Su et al. 2021).
    case rotary
    /// A slope times the distance, off the scores of self-attention (Press et al. 2022).
    case alibi
    /// Learned numbers for buckets of distances, added to the scores of self-attention and shared by the layers of a
    /// stack (Raffel et al. 2020).
    case t5
  }

  /// Which stacks end in a norm of their own.
  public enum FinalNorm: String, Codable, Sendable, CaseIterable {
    /// Those of pre-norm layers, whose sums no norm has seen.
    case afterPreNorm
    /// All: PyTorch's `nn.Transformer` normalises post-norm outputs twice.
    case always
  }

  /// V of sources.
  public var sourceVocabularySize: Int
  /// V of targets.
  public var targetVocabularySize: Int
  /// N, of the encoder and of the decoder.
  public var encoderLayerCount = 6
  /// N of the decoder.
  public var decoderLayerCount = 6
  /// D, d_model.
  public var modelDimension = 512
  /// F, d_ff.
  public var feedForwardDimension = 2048
  /// H, h.
  public var headCount = 8
  /// K and Kv of one head, d_k and d_v.
  public var keyDimension = 64
  /// Kv of one head, d_v.
  public var valueDimension = 64
  /// Dropout of each sub-layer's output and of the sums of embeddings and positions, P_drop.
  public var dropoutRate: Float = 0.1
  /// Dropout of attention weights and inside the feed-forward layer: none in the paper.
  public var attentionDropoutRate: Float = 0
  /// Dropout inside the feed-forward layer, after the activation; none in the paper.
  public var activationDropoutRate: Float = 0
  /// The nonlinearity of the feed-forward layer.
  public var activation: Activation = .relu
  /// Before or after the residual sum.
  public var normPlacement: NormPlacement = .post
  /// Which stacks end in a norm of their own.
  public var finalNorm = FinalNorm.afterPreNorm
  /// Added to variances under the root; the paper names none, its authors' code has 1e-6.
  public var normEpsilon: Float = 1e-6
  /// Which embeddings and projections share a matrix.
  public var tying: Tying = .all
  /// Whether embeddings are multiplied by √D (section 3.4).
  public var scalesEmbeddings = true
  /// Whether logits have a bias for each token of the vocabulary.
  public var hasOutputBias = false
  /// Whether the projections of attention have biases.
  public var hasAttentionBiases = true
  /// How parameters begin.
  public var initialization = InitializationScheme.xavier
  /// What tells positions apart.
  public var positions: Positions = .sinusoidal
  /// The layout of sinusoidal positions.
  public var sinusoids = SinusoidConfiguration()
  /// The number of positions there are vectors for, where positions are added to embeddings.
  public var maximumLength = 1024
  /// The numbers of positions that attention sees.
  public var attentionPositions = AttentionPositionConfiguration()
  /// The attention within source and within target.
  public var selfAttention = AttentionConfiguration()
  /// The attention of the target to the source.
  public var crossAttention = AttentionConfiguration()

  /// The base model for one vocabulary shared by source and target.
  public init(vocabularySize: Int) {
    self.init(sourceVocabularySize: vocabularySize, targetVocabularySize: vocabularySize)
  }

  /// The base model for two vocabularies. Where they have different sizes only the decoder's matrices are
  /// tied.
  public init(sourceVocabularySize: Int, targetVocabularySize: Int) {
    self.sourceVocabularySize = sourceVocabularySize
    self.targetVocabularySize = targetVocabularySize
    if sourceVocabularySize != targetVocabularySize { tying = .decoder }
  }

  /// 6 layers, D 512, F 2048, 8 heads (Table 3, base).
  public static func base(vocabularySize: Int) -> TransformerConfiguration {
    TransformerConfiguration(vocabularySize: vocabularySize)
  }

  /// 6 layers, D 1024, F 4096, 16 heads, dropout 0.3 (Table 3, big).
  public static func big(vocabularySize: Int) -> TransformerConfiguration {
    var configuration = base(vocabularySize: vocabularySize)
    configuration.resize(modelDimension: 1024, feedForwardDimension: 4096, headCount: 16)
    configuration.dropoutRate = 0.3
    return configuration
  }

  /// 2 layers, D 128, F 512, 4 heads: for tests, toys and small data.
  public static func tiny(vocabularySize: Int) -> TransformerConfiguration {
    var configuration = base(vocabularySize: vocabularySize)
    configuration.encoderLayerCount = 2
    configuration.decoderLayerCount = 2
    configuration.resize(modelDimension: 128, feedForwardDimension: 512, headCount: 4)
    return configuration
  }

  /// Sets D, F and H; each head gets D / H dimensions.
  public mutating func resize(modelDimension: Int, feedForwardDimension: Int, headCount: Int) {
    self.modelDimension = modelDimension
    self.feedForwardDimension = feedForwardDimension
    self.headCount = headCount
    keyDimension = modelDimension / max(1, headCount)
    valueDimension = keyDimension
  }

  /// The parameters of a model's matrices, counted without those that a file may leave out: not more than any such model
  /// has. A floating-point number, for the fields may be of any size.
  public var leastParameterCount: Double {
    let d = Double(modelDimension)
    let attention = 2 * d * Double(headCount) * (Double(keyDimension) + Double(valueDimension))
    let feedForward = 2 * d * Double(feedForwardDimension)
    let vocabulary =
      tying == .all
      ? targetVocabularySize : sourceVocabularySize + targetVocabularySize
    return d * Double(vocabulary) + Double(encoderLayerCount) * (attention + feedForward)
      + Double(decoderLayerCount) * (2 * attention + feedForward)
  }

  /// Makes sure that the numbers describe a model.
  ///
  /// - Throws: `ConfigurationError`, which names the field.
  public func validate() throws {
    func require(_ condition: Bool, _ field: String, _ expected: String, _ found: Any) throws {
      if !condition {
        throw ConfigurationError(field: field, expected: expected, found: "\(found)")
      }
    }
    for (field, value) in [
      ("sourceVocabularySize", sourceVocabularySize), ("headCount", headCount),
      ("targetVocabularySize", targetVocabularySize), ("modelDimension", modelDimension),
      ("feedForwardDimension", feedForwardDimension), ("keyDimension", keyDimension),
      ("valueDimension", valueDimension), ("maximumLength", maximumLength),
    ] {
      try require(value >= 1 && value <= 1 << 24, field, "a number from 1 to \(1 << 24)", value)
    }
    for (field, value) in [
      ("encoderLayerCount", encoderLayerCount), ("decoderLayerCount", decoderLayerCount),
    ] {
      try require(value >= 1 && value <= 1 << 10, field, "a number from 1 to \(1 << 10)", value)
    }
    // Their table is made with the model.
    if positions == .sinusoidal || positions == .learned {
      try require(
        maximumLength * modelDimension <= 1 << 30, "maximumLength",
        "at most \((1 << 30) / modelDimension) with modelDimension \(modelDimension)", maximumLength
      )
    }
    for (field, rate) in [
      ("dropoutRate", dropoutRate), ("attentionDropoutRate", attentionDropoutRate),
      ("activationDropoutRate", activationDropoutRate),
    ] {
      try require(rate >= 0 && rate < 1, field, "a rate of at least 0 and less than 1", rate)
    }
    try require(normEpsilon > 0 && normEpsilon < 1, "normEpsilon", "between 0 and 1", normEpsilon)
    try require(
      tying != .all || sourceVocabularySize == targetVocabularySize, "tying",
      "\"decoder\" or \"none\" where source and target have vocabularies of different sizes "
        + "(\(sourceVocabularySize) and \(targetVocabularySize))", tying.rawValue)
    try require(
      sinusoids.firstPosition >= 0 && sinusoids.firstPosition <= 1 << 24,
      "sinusoids.firstPosition", "a number from 0 to \(1 << 24)", sinusoids.firstPosition)
    try require(
      positions != .sinusoidal || sinusoids.waveLengths == .exclusive || modelDimension % 2 == 0,
      "modelDimension", "an even number where sinusoids.waveLengths is \"inclusive\"",
      modelDimension)
    try validateAttention()
  }
}
