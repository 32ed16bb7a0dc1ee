public import Autograd
internal import PositionalEncodings
public import SequenceModels
public import Tensors
internal import TiedEmbeddings

/// The encoder's output.
public struct TransformerMemory {
  /// [B, S, D]
  public let output: Variable
  /// The number of real positions of each source sequence.
  public let lengths: [Int]

  /// The given sequences in the given order; one may be dropped or appear several times.
  public func selecting(rows: [Int]) -> TransformerMemory {
    TransformerMemory(output: output.gatherRows(rows), lengths: rows.map { lengths[$0] })
  }
}

/// What the decoder remembers between steps: the keys and values of each layer.
public struct TransformerState: DecoderState {
  var caches: [DecoderLayer.Cache]
  /// The number of tokens read so far, the same for all hypotheses.
  public internal(set) var position = 0
  /// The number of hypotheses.
  public internal(set) var count: Int

  /// Keeps the given hypotheses in the given order.
  public mutating func select(rows: [Int]) {
    for index in caches.indices { caches[index].select(rows: rows) }
    count = rows.count
  }
}

extension Transformer: SequenceModel {
  /// The number of tokens that sources may use.
  public var sourceVocabularySize: Int { configuration.sourceVocabularySize }
  /// The number of tokens that targets may use.
  public var targetVocabularySize: Int { configuration.targetVocabularySize }
  /// The number of positions there are vectors for; nil where positions are not added to embeddings.
  public var maximumLength: Int? { positions is NoPositions ? nil : positions.maximumLength }

  /// - Throws: ``SequenceModelError`` for tokens outside the vocabulary, ``PositionError`` for a sequence
  ///   longer than the model's positions.
  public func encode(_ source: TokenBatch, in context: ForwardContext) throws -> TransformerMemory {
    try source.check(vocabularySize: sourceVocabularySize)
    let input = try embed(source.tokens, batch: source.count, by: sourceEmbedding, in: context)
    let mask = AttentionMask.padding(keyLengths: source.lengths, queryLengths: source.lengths)
    return TransformerMemory(
      output: context.inScope("encoder") { encoder(input, mask: mask, in: context) },
      lengths: source.lengths)
  }

  /// The decoder before its first step, one hypothesis for each source.
  public func startState(_ memory: TransformerMemory) -> TransformerState {
    let context = ForwardContext.inference()
    return TransformerState(
      caches: decoder.layers.map { $0.startCache(memory, in: context) },
      count: memory.lengths.count)
  }

  /// One step for each hypothesis: tokens [B] to logits [B, V].
  public func step(_ tokens: [Int], _ state: inout TransformerState) throws -> Tensor {
    if tokens.count != state.count {
      fatalError("Transformer.step: \(tokens.count) tokens for \(state.count) hypotheses")
    }
    try TokenBatch(tokens.map { [$0] }).check(vocabularySize: targetVocabularySize)
    let context = ForwardContext.inference()
    let input = try embed(
      tokens.map(Int32.init), batch: state.count, from: state.position, by: targetEmbedding,
      in: context)
    let output = decoder.step(input, caches: &state.caches, in: context)
    state.position += 1
    return outputProjection.logits(output, in: context).value
      .reshaped([state.count, targetVocabularySize])
  }

  /// Teacher forcing: logits for all positions at once, [B, T, V].
  public func logits(
    _ source: TokenBatch, _ decoderInput: TokenBatch, in context: ForwardContext
  ) throws -> Variable {
    let memory = try encode(source, in: context)
    return outputProjection.logits(
      try decode(decoderInput, memory: memory, in: context), in: context)
  }

  /// The training loss of a batch, its logits taken in chunks.
  public func loss(
    _ batch: TrainingBatch, labelSmoothing: Float, normalizer: Float, in context: ForwardContext
  ) throws -> TrainingLoss {
    let memory = try encode(batch.source, in: context)
    let hidden = try decode(batch.decoderInput, memory: memory, in: context)
    let result = context.inScope("output and loss") {
      outputProjection.crossEntropy(
        hidden, expected: batch.expected, labelSmoothing: labelSmoothing, normalizer: normalizer,
        in: context)
    }
    let choices = try reinforcement(
      hidden, batch, labelSmoothing: labelSmoothing, normalizer: normalizer, in: context)
    return TrainingLoss(
      objective: choices.map { result.loss + $0 } ?? result.loss,
      negativeLogLikelihood: result.negativeLogLikelihood,
      tokenCount: batch.targetTokenCount)
  }
}
