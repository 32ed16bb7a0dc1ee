import AttentionKit

/// A unigram model with a fault: its loss is multiplied by something in a layer of its own.
struct FaultyModel: SequenceModel {
  let inner: UnigramModel
  /// The factor at a step of training, for the scores as they are.
  let factor: @Sendable (_ step: Int, _ scores: [Float]) -> Float
  /// A gradient that is added to that of the scores, beside the loss.
  var addedGradient: Float = 0

  init(
    _ scores: [Float], addedGradient: Float = 0,
    factor: @escaping @Sendable (_ step: Int, _ scores: [Float]) -> Float = { _, _ in 1 }
  ) {
    inner = UnigramModel(scores)
    self.addedGradient = addedGradient
    self.factor = factor
  }

  var children: [LayerChild] { inner.children }
  var sourceVocabularySize: Int { inner.sourceVocabularySize }
  var targetVocabularySize: Int { inner.targetVocabularySize }
  var maximumLength: Int? { nil }

  func encode(_ source: TokenBatch, in context: ForwardContext) throws -> Int { source.count }
  func startState(_ memory: Int) -> UnigramModel.State { inner.startState(memory) }

  func step(_ tokens: [Int], _ state: inout UnigramModel.State) throws -> Tensor {
    try inner.step(tokens, &state)
  }

  func logits(_ source: TokenBatch, _ decoderInput: TokenBatch, in context: ForwardContext) throws
    -> Variable
  { try inner.logits(source, decoderInput, in: context) }

  func loss(
    _ batch: TrainingBatch, labelSmoothing: Float, normalizer: Float, in context: ForwardContext
  ) throws -> TrainingLoss {
    let result = try inner.loss(
      batch, labelSmoothing: labelSmoothing, normalizer: normalizer, in: context)
    let scores = context.variable(inner.scores)
    let objective = context.inScope("faulty layer") {
      let objective = result.objective * factor(context.step, inner.scores.value.scalars)
      return steepened(objective, scores)
    }
    return TrainingLoss(
      objective: objective, negativeLogLikelihood: result.negativeLogLikelihood,
      tokenCount: result.tokenCount)
  }

  private func steepened(_ objective: Variable, _ scores: Variable) -> Variable {
    .result(objective.value, of: objective, scores) { upstream, accumulator in
      accumulator.add(upstream, to: objective)
      accumulator.add(Tensor(repeating: addedGradient, shape: scores.shape), to: scores)
    }
  }
}
