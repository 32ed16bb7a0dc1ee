public import Autograd
public import CoreLayers
public import Tensors

/// Models that decide together: the probabilities of the next token are the normalised geometric mean of theirs, which
/// is what the mean of their logits gives. Models that err in different places correct each other.
///
/// They may be of different kinds and sizes, but read and write the same tokens.
public struct Ensemble: SequenceModel {
  /// Its members, at least one.
  public let models: [any SequenceModel]

  /// - Throws: ``SequenceModelError/unequalVocabularies(side:first:other:)``
  public init(_ models: [any SequenceModel]) throws {
    guard let first = models.first else { fatalError("Ensemble: expected at least one model") }
    for model in models {
      for (side, size) in [
        ("source", \(any SequenceModel).sourceVocabularySize),
        ("target", \(any SequenceModel).targetVocabularySize),
      ] where model[keyPath: size] != first[keyPath: size] {
        throw SequenceModelError.unequalVocabularies(
          side: side, first: first[keyPath: size], other: model[keyPath: size])
      }
    }
    self.models = models
  }

  /// The members, numbered from 0.
  public var children: [LayerChild] { LayerChild.layers("models", models) }
  /// The number of tokens that sources may use.
  public var sourceVocabularySize: Int { models[0].sourceVocabularySize }
  /// The number of tokens that targets may use.
  public var targetVocabularySize: Int { models[0].targetVocabularySize }
  /// What the one that can take the least takes.
  public var maximumLength: Int? { models.compactMap(\.maximumLength).min() }

  /// What each member made of the source.
  public struct Memory {
    fileprivate let decoders: [any MemberDecoder]
  }

  /// What each member's decoder remembers.
  public struct State: DecoderState {
    fileprivate var decoders: [any MemberDecoder]

    /// The number of hypotheses.
    public var count: Int { decoders[0].count }

    /// Keeps the given hypotheses in the given order.
    public mutating func select(rows: [Int]) {
      for index in decoders.indices { decoders[index].select(rows: rows) }
    }
  }

  /// Each member reads the source.
  public func encode(_ source: TokenBatch, in context: ForwardContext) throws -> Memory {
    func decoder(of model: some SequenceModel) throws -> any MemberDecoder {
      Member(model: model, state: model.startState(try model.encode(source, in: context)))
    }
    return Memory(decoders: try models.map { try decoder(of: $0) })
  }

  /// Every member before its first step.
  public func startState(_ memory: Memory) -> State { State(decoders: memory.decoders) }

  /// One step of every member: the mean of their logits [B, V].
  public func step(_ tokens: [Int], _ state: inout State) throws -> Tensor {
    try mean(
      models.indices.map { Variable(try state.decoders[$0].step(tokens)) }
    ).value
  }

  /// The mean of the members' logits at all positions, [B, T, V].
  public func logits(
    _ source: TokenBatch, _ decoderInput: TokenBatch, in context: ForwardContext
  ) throws -> Variable {
    try mean(models.map { try $0.logits(source, decoderInput, in: context) })
  }

  /// The loss of what they say together.
  public func loss(
    _ batch: TrainingBatch, labelSmoothing: Float, normalizer: Float, in context: ForwardContext
  ) throws -> TrainingLoss {
    let logits = try logits(batch.source, batch.decoderInput, in: context)
    return TrainingLoss(
      objective: crossEntropy(
        logits, expected: batch.expected, labelSmoothing: labelSmoothing, normalizer: normalizer),
      negativeLogLikelihood: Double(
        crossEntropy(logits.detached, expected: batch.expected, normalizer: 1).value.scalar),
      tokenCount: batch.targetTokenCount)
  }

  private func mean(_ logits: [Variable]) -> Variable {
    logits.dropFirst().reduce(logits[0], +) * (1 / Float(logits.count))
  }
}

/// One member's decoder, whatever its model is.
private protocol MemberDecoder {
  var count: Int { get }
  mutating func step(_ tokens: [Int]) throws -> Tensor
  mutating func select(rows: [Int])
}

private struct Member<Model: SequenceModel>: MemberDecoder {
  let model: Model
  var state: Model.State

  var count: Int { state.count }
  mutating func step(_ tokens: [Int]) throws -> Tensor { try model.step(tokens, &state) }
  mutating func select(rows: [Int]) { state.select(rows: rows) }
}
