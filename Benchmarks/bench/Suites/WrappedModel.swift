import AttentionKit

/// A model that does some things in its own way and is otherwise another one.
protocol WrappedModel: SequenceModel where Memory == Base.Memory {
  associatedtype Base: SequenceModel

  var base: Base { get }
}

extension WrappedModel {
  var children: [LayerChild] { base.children }
  var sourceVocabularySize: Int { base.sourceVocabularySize }
  var targetVocabularySize: Int { base.targetVocabularySize }
  var maximumLength: Int? { base.maximumLength }

  func encode(_ source: TokenBatch, in context: ForwardContext) throws -> Base.Memory {
    try base.encode(source, in: context)
  }

  func logits(
    _ source: TokenBatch, _ decoderInput: TokenBatch, in context: ForwardContext
  ) throws -> Variable {
    try base.logits(source, decoderInput, in: context)
  }

  func loss(
    _ batch: TrainingBatch, labelSmoothing: Float, normalizer: Float, in context: ForwardContext
  ) throws -> TrainingLoss {
    try base.loss(batch, labelSmoothing: labelSmoothing, normalizer: normalizer, in: context)
  }
}

extension WrappedModel where State == Base.State {
  func startState(_ memory: Base.Memory) -> Base.State { base.startState(memory) }

  func step(_ tokens: [Int], _ state: inout Base.State) throws -> Tensor {
    try base.step(tokens, &state)
  }
}
