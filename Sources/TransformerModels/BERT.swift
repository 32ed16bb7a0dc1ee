public import Autograd
public import CoreLayers
internal import Kernels
public import SequenceModels
internal import Tensors

/// BERT (Devlin et al. 2019): an encoder that reads whole texts, both sides of a word at once.
///
/// The layers are the paper's of 2017, with GELU; below them are ``BERTEmbeddings``. ``Pooling`` makes one vector of a
/// text's many (Reimers and Gurevych, 2019).
public struct BERT: Layer {
  /// How one vector of a text follows from those of its tokens.
  public enum Pooling: String, Codable, Sendable, CaseIterable {
    /// The mean over all real tokens, those that begin and end the text included.
    case mean
    /// The vector of the first token, `[CLS]`.
    case firstToken
  }

  /// The model's shape.
  public let configuration: BERTConfiguration
  /// Tokens, positions and segments to vectors.
  public let embeddings: BERTEmbeddings
  /// Post-norm layers.
  public let encoder: Encoder
  /// D to D with tanh, on top of the first token's vector.
  public let pooler: Linear?

  /// A new model with random parameters.
  ///
  /// - Parameter initialization: of all matrices; biases start at 0, norms with scale 1.
  /// - Throws: `ConfigurationError` when the configuration describes no model.
  public init(
    _ configuration: BERTConfiguration,
    initialization: Initialization = .normal(standardDeviation: 0.02), seed: UInt64 = 0
  ) throws {
    try configuration.validate()
    self.configuration = configuration
    var generator = SeededGenerator(seed: seed)
    embeddings = BERTEmbeddings(configuration, using: &generator)
    encoder = try Encoder(configuration.encoder, using: &generator)
    let dimension = configuration.modelDimension
    pooler =
      configuration.hasPooler
      ? Linear(
        inputDimension: dimension, outputDimension: dimension, activation: .tanh,
        using: &generator) : nil
    // Components start as the paper of 2017 has them; BERT starts all alike.
    for item in parameters where item.parameter.shape.rank == 2 {
      item.parameter.value = initialization.tensor(item.parameter.shape, using: &generator)
    }
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    [.layer("embeddings", embeddings), .layer("encoder", encoder)]
      + (pooler.map { [.layer("pooler", $0)] } ?? [])
  }

  /// The last layer's output. What stands at padding means nothing.
  ///
  /// - Parameters:
  ///   - tokens: begin with `[CLS]` and end with `[SEP]` where the model was trained so.
  ///   - segments: which sentence of a pair each token belongs to, as many as tokens; nil: all to the first.
  /// - Returns: [B, S, D]
  /// - Throws: `SequenceModelError` for tokens and segments that there are not, `PositionError` for a sequence longer
  ///   than the model's positions.
  public func callAsFunction(
    _ tokens: TokenBatch, segments: TokenBatch? = nil, in context: ForwardContext
  ) throws -> Variable {
    let input = try context.inScope("embedding") {
      try embeddings(tokens, segments: segments, in: context)
    }
    let mask = AttentionMask.padding(keyLengths: tokens.lengths, queryLengths: tokens.lengths)
    return context.inScope("encoder") { encoder(input, mask: mask, in: context) }
  }

  /// The pooler's output, which BERT was trained on to tell whether a sentence follows another: [B, D]; nil where the
  /// model has no pooler.
  ///
  /// - Parameters:
  ///   - hidden: the model's output for the tokens, [B, S, D].
  ///   - lengths: the real length of each sequence.
  public func pooled(_ hidden: Variable, lengths: [Int], in context: ForwardContext) -> Variable? {
    pooler?(pool(hidden, lengths: lengths, by: .firstToken), in: context)
  }

  /// One vector for each text; zeros for one without tokens.
  ///
  /// - Parameters:
  ///   - pooling: how it follows from the vectors of tokens.
  ///   - normalizes: whether each gets the length 1, so that dot products are cosines.
  /// - Returns: [B, D]
  /// - Throws: as ``callAsFunction(_:segments:in:)``.
  public func sentenceEmbeddings(
    of tokens: TokenBatch, pooling: Pooling = .mean, normalizes: Bool = true,
    in context: ForwardContext
  ) throws -> Variable {
    let hidden = try self(tokens, in: context)
    return context.inScope("pooling") {
      let pooled = pool(hidden, lengths: tokens.lengths, by: pooling)
      return normalizes ? normalizedHeads(pooled, headCount: 1) : pooled
    }
  }

  /// One vector for each sequence from those of its tokens; zeros for one without tokens.
  ///
  /// - Parameters:
  ///   - hidden: the model's output for the tokens, [B, S, D].
  ///   - lengths: the real length of each sequence.
  /// - Returns: [B, D]
  public func pool(_ hidden: Variable, lengths: [Int], by pooling: Pooling) -> Variable {
    switch pooling {
    case .mean: hidden.meanOverTime(lengths: lengths)
    case .firstToken: hidden.meanOverTime(lengths: lengths.map { min($0, 1) })
    }
  }
}
