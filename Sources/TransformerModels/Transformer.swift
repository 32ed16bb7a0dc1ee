public import Autograd
public import CoreLayers
public import PositionalEncodings
internal import ResidualLayers
public import SequenceModels
internal import Tensors
public import TiedEmbeddings

/// The Transformer (Vaswani et al. 2017): an encoder, a decoder, and the matrix that turns tokens into vectors
/// and vectors into tokens.
public struct Transformer: Layer {
  /// The model's shape.
  public let configuration: TransformerConfiguration
  /// Tokens of the source to vectors.
  public let sourceEmbedding: TiedEmbedding
  /// Tokens of the target to vectors.
  public let targetEmbedding: TiedEmbedding
  /// The projection to the vocabulary; the target embedding itself where they are tied.
  public let outputProjection: TiedEmbedding
  /// What is added to embeddings to tell positions apart.
  public let positions: any PositionalEncoding
  /// Reads the source.
  public let encoder: Encoder
  /// Writes the target.
  public let decoder: Decoder

  /// A new model with random parameters.
  ///
  /// - Parameter mechanisms: makes the mechanism of each attention, or nil for the one that the configuration says:
  ///   the way to try one of your own.
  /// - Throws: `ConfigurationError` when the configuration describes no model, and what `mechanisms` throws.
  public init(
    _ configuration: TransformerConfiguration, seed: UInt64 = 0,
    mechanisms: AttentionSite.MechanismMaker? = nil
  ) throws {
    try configuration.validate()
    var generator = SeededGenerator(seed: seed)
    let dimension = configuration.modelDimension
    let factor: Float? = configuration.scalesEmbeddings ? nil : 1
    func embedding(_ vocabularySize: Int) -> TiedEmbedding {
      TiedEmbedding(
        vocabularySize: vocabularySize, modelDimension: dimension, factor: factor,
        using: &generator)
    }
    self.configuration = configuration
    targetEmbedding = embedding(configuration.targetVocabularySize)
    sourceEmbedding =
      configuration.tying == .all
      ? targetEmbedding : embedding(configuration.sourceVocabularySize)
    let projection =
      configuration.tying == .none
      ? embedding(configuration.targetVocabularySize) : targetEmbedding
    outputProjection =
      configuration.hasOutputBias
      ? TiedEmbedding(
        weight: projection.weight, bias: Parameter(.zeros([projection.vocabularySize])),
        factor: factor) : projection
    positions = configuration.makePositions(using: &generator)
    encoder = try Encoder(configuration, mechanisms: mechanisms, using: &generator)
    decoder = try Decoder(configuration, mechanisms: mechanisms, using: &generator)
    configuration.initialization.initialize(self, using: &generator)
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    [
      .layer("source_embedding", sourceEmbedding), .layer("target_embedding", targetEmbedding),
      .layer("output_projection", outputProjection), .layer("positions", positions),
      .layer("encoder", encoder), .layer("decoder", decoder),
    ]
  }

  /// Embeds tokens and adds the encodings of the positions from `start` on: [B, T, D].
  func embed(
    _ tokens: [Int32], batch: Int, from start: Int = 0, by embedding: TiedEmbedding,
    in context: ForwardContext
  ) throws -> Variable {
    let length = batch == 0 ? 0 : tokens.count / batch
    let places = try context.inScope("positions") {
      try positions.encoding(of: start..<start + length, in: context)
    }
    return context.inScope("embedding") {
      embedding.embed(
        tokens, shape: [batch, length], positions: places,
        dropout: context.nextDropout(rate: configuration.dropoutRate), in: context)
    }
  }

  /// The decoder's output for given prefixes, before the projection to the vocabulary: [B, T, D].
  public func decode(
    _ decoderInput: TokenBatch, memory: TransformerMemory, in context: ForwardContext
  ) throws -> Variable {
    try decoderInput.check(vocabularySize: targetVocabularySize)
    if decoderInput.count != memory.lengths.count {
      throw SequenceModelError.unequalCounts(
        sources: memory.lengths.count, targets: decoderInput.count)
    }
    let input = try embed(
      decoderInput.tokens, batch: decoderInput.count, by: targetEmbedding, in: context)
    let lengths = decoderInput.lengths
    return context.inScope("decoder") {
      decoder(
        input, memory: memory.output,
        selfMask: .causal.intersection(.padding(keyLengths: lengths, queryLengths: lengths)),
        crossMask: .padding(keyLengths: memory.lengths, queryLengths: lengths), in: context)
    }
  }
}
