public import AttentionLayers
public import Autograd
public import CoreLayers
internal import Kernels
internal import SequenceModels
internal import Tensors
public import TiedEmbeddings

/// A recurrent encoder-decoder, from one that squeezes the source into a single vector (Cho et al. 2014, Sutskever
/// et al. 2014) to those that look at it with attention (Bahdanau et al. 2015, Luong et al. 2015, Wu et al. 2016):
/// ``RecurrentConfiguration`` says which.
public struct RecurrentModel: Layer {
  /// The model's shape.
  public let configuration: RecurrentConfiguration
  /// Tokens of the source to vectors.
  public let sourceEmbedding: TiedEmbedding
  /// Tokens of the target to vectors.
  public let targetEmbedding: TiedEmbedding
  /// The projection to the vocabulary; the target embedding itself where they are tied.
  public let outputProjection: TiedEmbedding
  /// Of the projection, [V].
  public let outputBias: Parameter?
  /// Reads the source.
  public let encoder: RecurrentEncoder
  /// Makes the context vector.
  public let bridge: ContextBridge
  /// Writes the target.
  public let decoder: RecurrentDecoder

  /// A new model with random parameters.
  ///
  /// - Parameter score: a score function of one's own for attention, instead of the configuration's.
  /// - Throws: `ConfigurationError` when the configuration describes no model.
  public init(
    _ configuration: RecurrentConfiguration, score: (any ScoreFunction)? = nil, seed: UInt64 = 0
  ) throws {
    try configuration.validate()
    var generator = SeededGenerator(seed: seed)
    func embedding(_ vocabularySize: Int) -> TiedEmbedding {
      TiedEmbedding(
        vocabularySize: vocabularySize, modelDimension: configuration.modelDimension, factor: 1,
        using: &generator)
    }
    self.configuration = configuration
    targetEmbedding = embedding(configuration.targetVocabularySize)
    sourceEmbedding =
      configuration.tying == .all
      ? targetEmbedding : embedding(configuration.sourceVocabularySize)
    outputProjection =
      configuration.tying == .none
      ? embedding(configuration.targetVocabularySize) : targetEmbedding
    outputBias =
      configuration.hasOutputBias ? Parameter(.zeros([configuration.targetVocabularySize])) : nil
    encoder = RecurrentEncoder(configuration, using: &generator)
    bridge = ContextBridge(configuration, using: &generator)
    decoder = RecurrentDecoder(configuration, score: score, using: &generator)
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    [
      .layer("source_embedding", sourceEmbedding), .layer("target_embedding", targetEmbedding),
      .layer("output_projection", outputProjection),
    ] + (outputBias.map { [.parameter("output_bias", $0)] } ?? [])
      + [.layer("encoder", encoder), .layer("bridge", bridge), .layer("decoder", decoder)]
  }

  /// Tokens as vectors. Where many are the same, each is looked up once, so that the first layer multiplies it
  /// once; not where dropout makes each of them another.
  func embed(_ tokens: TokenBatch, by embedding: TiedEmbedding, in context: ForwardContext)
    -> RecurrentInput
  {
    let mask = context.nextDropout(rate: configuration.embeddingDropoutRate)
    if mask.isEmpty && tokens.maximumLength > 1 {
      let (distinct, numbers) = Self.distinct(
        tokens.tokens, vocabularySize: embedding.vocabularySize)
      if 4 * distinct.count <= 3 * numbers.count {
        return RecurrentInput(
          rows: embedding.embed(distinct, shape: [distinct.count], in: context), numbers: numbers,
          batch: tokens.count, steps: tokens.maximumLength)
      }
    }
    return RecurrentInput(
      embedding.embed(
        tokens.tokens, shape: [tokens.count, tokens.maximumLength], dropout: mask, in: context))
  }

  /// Every token once, and where among them each token stands.
  private static func distinct(_ tokens: [Int32], vocabularySize: Int)
    -> (tokens: [Int32], numbers: [Int32])
  {
    var numberOfToken = [Int32](repeating: -1, count: vocabularySize)
    var distinct: [Int32] = []
    let numbers = tokens.map { token in
      if numberOfToken[Int(token)] < 0 {
        numberOfToken[Int(token)] = Int32(distinct.count)
        distinct.append(token)
      }
      return numberOfToken[Int(token)]
    }
    return (distinct, numbers)
  }

  /// The decoder's outputs for given prefixes, before the projection to the vocabulary: [B, T, D].
  ///
  /// - Returns: the outputs, and the decoder's state after the last step.
  func decode(
    _ decoderInput: TokenBatch, from state: RecurrentDecoder.State, source: RecurrentSource,
    in context: ForwardContext
  ) throws -> (output: Variable, state: RecurrentDecoder.State) {
    try decoderInput.check(vocabularySize: targetVocabularySize)
    if decoderInput.count != source.lengths.count {
      throw SequenceModelError.unequalCounts(
        sources: source.lengths.count, targets: decoderInput.count)
    }
    let input = context.inScope("embedding") {
      embed(decoderInput, by: targetEmbedding, in: context)
    }
    let result = context.inScope("decoder") {
      decoder(
        input, lengths: decoderInput.lengths, from: state, source: source, in: context)
    }
    let output = dropout(
      result.output, context.nextDropout(rate: configuration.outputDropoutRate))
    return (output, result.state)
  }

  func project(_ output: Variable, in context: ForwardContext) -> Variable {
    linear(
      output, weight: context.variable(outputProjection.weight),
      bias: outputBias.map(context.variable))
  }
}
