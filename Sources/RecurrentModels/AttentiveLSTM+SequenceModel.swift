public import Autograd
internal import CoreLayers
public import SequenceModels
public import Tensors
internal import TiedEmbeddings

/// What a recurrent encoder made of the source: an output for each token, and last states.
public struct RecurrentMemory {
  /// [B, S, D]
  public let output: Variable
  /// The number of real tokens of each source.
  public let lengths: [Int]
  /// h and c of each layer, [B, D].
  let states: AttentiveLSTM.States
}

/// A recurrent decoder between steps.
public struct RecurrentState: DecoderState {
  var states: AttentiveLSTM.States
  var memory: RecurrentMemory

  /// The number of hypotheses.
  public var count: Int { memory.lengths.count }

  /// Keeps the given hypotheses in the given order.
  public mutating func select(rows: [Int]) {
    func selected(_ states: AttentiveLSTM.States) -> AttentiveLSTM.States {
      states.map { ($0.hidden.gatherRows(rows), $0.cell.gatherRows(rows)) }
    }
    states = selected(states)
    memory = RecurrentMemory(
      output: memory.output.gatherRows(rows), lengths: rows.map { memory.lengths[$0] },
      states: selected(memory.states))
  }
}

extension AttentiveLSTM: SequenceModel {
  /// The number of tokens that sources may use.
  public var sourceVocabularySize: Int { configuration.vocabularySize }
  /// The number of tokens that targets may use.
  public var targetVocabularySize: Int { configuration.vocabularySize }
  /// Any length.
  public var maximumLength: Int? { nil }

  /// - Throws: ``SequenceModelError`` for tokens outside the vocabulary.
  public func encode(_ source: TokenBatch, in context: ForwardContext) throws -> RecurrentMemory {
    try source.check(vocabularySize: configuration.vocabularySize)
    var output = embed(source, in: context)
    var states: States = []
    for (index, layer) in encoder.enumerated() {
      let result = layer(
        between(output, index, in: context), lengths: source.lengths, in: context)
      output = result.output
      states.append((result.hidden, result.cell))
    }
    return RecurrentMemory(output: output, lengths: source.lengths, states: states)
  }

  /// The decoder before its first step, one hypothesis for each source.
  public func startState(_ memory: RecurrentMemory) -> RecurrentState {
    RecurrentState(states: memory.states, memory: memory)
  }

  /// One step for each hypothesis: tokens [B] to logits [B, V].
  public func step(_ tokens: [Int], _ state: inout RecurrentState) throws -> Tensor {
    let result = try decode(
      TokenBatch(tokens.map { [$0] }), from: state.states, memory: state.memory,
      in: .inference())
    state.states = result.states
    return embedding.logits(result.output, in: .inference()).value
      .reshaped([tokens.count, configuration.vocabularySize])
  }

  /// Teacher forcing: logits for all positions at once, [B, T, V].
  public func logits(
    _ source: TokenBatch, _ decoderInput: TokenBatch, in context: ForwardContext
  ) throws -> Variable {
    let memory = try encode(source, in: context)
    let result = try decode(decoderInput, from: memory.states, memory: memory, in: context)
    return embedding.logits(result.output, in: context)
  }

  /// The training loss of a batch, its logits taken in chunks.
  public func loss(
    _ batch: TrainingBatch, labelSmoothing: Float, normalizer: Float, in context: ForwardContext
  ) throws -> TrainingLoss {
    let memory = try encode(batch.source, in: context)
    let hidden = try decode(batch.decoderInput, from: memory.states, memory: memory, in: context)
    let result = embedding.crossEntropy(
      hidden.output, expected: batch.expected, labelSmoothing: labelSmoothing,
      normalizer: normalizer, in: context)
    return TrainingLoss(
      objective: result.loss, negativeLogLikelihood: result.negativeLogLikelihood,
      tokenCount: batch.targetTokenCount)
  }
}
