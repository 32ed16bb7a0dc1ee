public import Kernels

/// Everything that decides the shape and the arithmetic of a recurrent encoder-decoder. The defaults are those of
/// Luong et al. (2015) with a bidirectional encoder: LSTM, dot attention, no input feeding.
public struct RecurrentConfiguration: Codable, Equatable, Sendable {
  /// Which of the three matrices between tokens and vectors are one.
  public enum Tying: String, Codable, Sendable, CaseIterable {
    /// Source embedding, target embedding and output projection. Needs one vocabulary.
    case all
    /// Target embedding and output projection (Press and Wolf, 2017).
    case decoder
    /// None.
    case none
  }

  /// Which layers of the encoder read the source from both ends.
  public enum EncoderDirection: String, Codable, Sendable, CaseIterable {
    case unidirectional
    case bidirectional
    /// The first alone (Wu et al. 2016).
    case firstBidirectional
  }

  /// How wide each direction of a bidirectional layer is.
  public enum DirectionWidth: String, Codable, Sendable, CaseIterable {
    /// D / 2, so that the layer's output is D wide like every other.
    case half
    /// D, and the layer's output is 2 D wide (Bahdanau et al. 2015; Wu et al. 2016).
    case full
  }

  /// How the source becomes one vector.
  public enum ContextVector: String, Codable, Sendable, CaseIterable {
    /// The states after the last step, layer by layer; read backwards, the last step is the first token.
    case last
    /// The mean of the last layer's outputs.
    case mean
    /// The largest of the last layer's outputs, column by column.
    case maximum
  }

  /// What the decoder does with that vector.
  public enum ContextUse: String, Codable, Sendable, CaseIterable {
    /// Nothing: it starts from zeros and has attention alone.
    case none
    /// Its layers start from it (Sutskever et al. 2014).
    case firstState
    /// Its first layer gets it with every token (Cho et al. 2014).
    case everyStep
    /// Both.
    case both

    var isFirstState: Bool { self == .firstState || self == .both }
    var isFedEveryStep: Bool { self == .everyStep || self == .both }
  }

  /// How the decoder looks at the source's outputs.
  public enum Attention: String, Codable, Sendable, CaseIterable {
    /// Not at all: the context vector is all it has.
    case none
    /// The last layer's new state asks; õ = tanh(W [state; attended]) is what becomes logits (Luong et al. 2015).
    case luong
    /// The last layer's state of the step before asks, and what it finds is part of the first layer's input
    /// (Bahdanau et al. 2015). Output as in ``luong``.
    case bahdanau
    /// The first layer's state of the step before asks, and what it finds is part of the input of all other layers
    /// (Wu et al. 2016). The last layer's state becomes logits.
    case gnmt
  }

  /// What says how well a state and an output of the source go together.
  public enum Score: String, Codable, Sendable, CaseIterable {
    case dot
    /// Divided by √D.
    case scaledDot
    /// With a matrix between them (Luong et al. 2015).
    case general
    /// vᵀ tanh(W q + U k) (Bahdanau et al. 2015); Luong's "concat" is the same.
    case additive
    /// Their cosine, divided by a learned temperature.
    case cosine
  }

  /// How W_hh starts.
  public enum RecurrentInitialization: String, Codable, Sendable, CaseIterable {
    /// Over ±1 / √H, as in PyTorch.
    case uniform
    /// Each gate's part by itself (Saxe et al. 2014).
    case orthogonal
  }

  /// V of sources.
  public var sourceVocabularySize: Int
  /// V of targets.
  public var targetVocabularySize: Int
  /// D: the width of embeddings, of the decoder's states, and of the encoder's (see ``DirectionWidth``).
  public var modelDimension = 256
  /// Layers of the encoder.
  public var encoderLayerCount = 1
  /// Layers of the decoder.
  public var decoderLayerCount = 1
  /// What a step of a layer does.
  public var cell = RecurrentCell.lstm
  /// Which layers of the encoder read from both ends.
  public var encoderDirection = EncoderDirection.bidirectional
  /// How wide each of both directions is.
  public var directionWidth = DirectionWidth.half
  /// The number, from 1, of the first layer of encoder and decoder whose input is added to its output; 0: none.
  public var residualFromLayer = 0
  /// Dropout between layers.
  public var dropoutRate: Float = 0.1
  /// Dropout of embeddings.
  public var embeddingDropoutRate: Float = 0
  /// Dropout of what is projected to the vocabulary.
  public var outputDropoutRate: Float = 0
  /// How the source becomes one vector.
  public var contextVector = ContextVector.last
  /// Whether that vector goes through a learned transform on its way: tanh(W x + b) (c of an LSTM: W x + b).
  public var transformsContext = false
  /// What the decoder does with the vector.
  public var contextUse = ContextUse.firstState
  /// How the decoder looks at the source.
  public var attention = Attention.luong
  /// What attention compares by.
  public var score = Score.dot
  /// A of the additive score, the width of its hidden layer; 0: D.
  public var attentionDimension = 0
  /// Whether õ of a step is part of the first layer's input of the next (Luong et al. 2015, section 3.3). Without,
  /// ``Attention/luong`` is computed for all steps at once.
  public var feedsInput = false
  /// How W_hh starts.
  public var recurrentInitialization = RecurrentInitialization.uniform
  /// What the biases of an LSTM's forget gates start as; 0: uniform like the others, as in PyTorch.
  public var forgetBias: Float = 0
  /// Which embeddings and projections share a matrix.
  public var tying = Tying.all
  /// Whether the projection to the vocabulary has a bias.
  public var hasOutputBias = false
  /// What the decoder reads in training: the target, or what it said itself.
  public var teacherForcing = TeacherForcing()

  /// One layer of width 256 unless said otherwise. Where the vocabularies have different sizes only the decoder's
  /// matrices are tied.
  public init(
    sourceVocabularySize: Int, targetVocabularySize: Int, modelDimension: Int = 256,
    layerCount: Int = 1, cell: RecurrentCell = .lstm, dropoutRate: Float = 0.1
  ) {
    self.sourceVocabularySize = sourceVocabularySize
    self.targetVocabularySize = targetVocabularySize
    self.modelDimension = modelDimension
    encoderLayerCount = layerCount
    decoderLayerCount = layerCount
    self.cell = cell
    self.dropoutRate = dropoutRate
    if sourceVocabularySize != targetVocabularySize { tying = .decoder }
  }

  /// One vocabulary for source and target.
  public init(
    vocabularySize: Int, modelDimension: Int = 256, layerCount: Int = 1,
    cell: RecurrentCell = .lstm, dropoutRate: Float = 0.1
  ) {
    self.init(
      sourceVocabularySize: vocabularySize, targetVocabularySize: vocabularySize,
      modelDimension: modelDimension, layerCount: layerCount, cell: cell,
      dropoutRate: dropoutRate)
  }
}
