internal import AttentionLayers
public import Autograd
internal import CoreLayers
public import SequenceModels
public import Tensors
internal import TiedEmbeddings

/// What a recurrent encoder made of the source: an output for each token, and where the decoder starts.
public struct RecurrentMemory {
  let source: RecurrentSource
  /// The decoder before its first step.
  let start: RecurrentDecoder.State

  /// [B, S, E]
  public var output: Variable { source.output }
  /// The number of real tokens of each source.
  public var lengths: [Int] { source.lengths }
}

/// A recurrent decoder between steps.
public struct RecurrentState: DecoderState {
  var decoder: RecurrentDecoder.State
  var source: RecurrentSource

  /// The number of hypotheses.
  public var count: Int { source.lengths.count }

  /// Keeps the given hypotheses in the given order.
  public mutating func select(rows: [Int]) {
    if rows.elementsEqual(0..<count) { return }
    decoder.select(rows: rows)
    source = source.selecting(rows: rows)
  }
}

extension RecurrentModel: SequenceModel {
  /// The number of tokens that sources may use.
  public var sourceVocabularySize: Int { configuration.sourceVocabularySize }
  /// The number of tokens that targets may use.
  public var targetVocabularySize: Int { configuration.targetVocabularySize }
  /// Any length.
  public var maximumLength: Int? { nil }

  /// - Throws: ``SequenceModelError`` for tokens outside the vocabulary.
  public func encode(_ source: TokenBatch, in context: ForwardContext) throws -> RecurrentMemory {
    try source.check(vocabularySize: sourceVocabularySize)
    let input = context.inScope("embedding") { embed(source, by: sourceEmbedding, in: context) }
    let encoded = context.inScope("encoder") {
      encoder(input, lengths: source.lengths, in: context)
    }
    let vectors = context.inScope("bridge") {
      bridge(
        output: encoded.output, states: encoded.states, lengths: source.lengths,
        modelDimension: configuration.modelDimension, in: context)
    }
    let attentional =
      decoder.feedsInput
      ? Variable(.zeros([source.count, configuration.modelDimension])) : nil
    return RecurrentMemory(
      source: RecurrentSource(
        output: encoded.output, lengths: source.lengths,
        keys: context.inScope("attention") {
          decoder.score?.prepare(encoded.output, headCount: 1, in: context)
        },
        contextVector: vectors.fed),
      start: RecurrentDecoder.State(layers: vectors.first, attentional: attentional))
  }

  /// The decoder before its first step, one hypothesis for each source.
  public func startState(_ memory: RecurrentMemory) -> RecurrentState {
    RecurrentState(decoder: memory.start, source: memory.source)
  }

  /// One step for each hypothesis: tokens [B] to logits [B, V].
  public func step(_ tokens: [Int], _ state: inout RecurrentState) throws -> Tensor {
    if tokens.count != state.count {
      fatalError("RecurrentModel.step: \(tokens.count) tokens for \(state.count) hypotheses")
    }
    let result = try decode(
      TokenBatch(tokens.map { [$0] }), from: state.decoder, source: state.source,
      in: .inference())
    state.decoder = result.state
    return project(result.output, in: .inference()).value
      .reshaped([tokens.count, targetVocabularySize])
  }

  /// Teacher forcing: logits for all positions at once, [B, T, V].
  public func logits(
    _ source: TokenBatch, _ decoderInput: TokenBatch, in context: ForwardContext
  ) throws -> Variable {
    let memory = try encode(source, in: context)
    let result = try decode(decoderInput, from: memory.start, source: memory.source, in: context)
    return project(result.output, in: context)
  }

  /// The training loss of a batch, its logits taken in chunks. In training the decoder reads what
  /// ``RecurrentConfiguration/teacherForcing`` says, elsewhere the target.
  public func loss(
    _ batch: TrainingBatch, labelSmoothing: Float, normalizer: Float, in context: ForwardContext
  ) throws -> TrainingLoss {
    let ratio = context.isTraining ? configuration.teacherForcing.ratio(atStep: context.step) : 1
    return try loss(
      batch, labelSmoothing: labelSmoothing, normalizer: normalizer, teacherForcingRatio: ratio,
      in: context)
  }
}
