internal import Autograd
internal import SequenceModels
internal import Tensors
internal import TiedEmbeddings

extension Transformer {
  /// What hard attention that was drawn at random adds to the loss of a batch: 0, with the gradient of REINFORCE.
  ///
  /// The cost of a sequence is what it adds to the loss, and its baseline is the same when every query looks at its
  /// largest score (Rennie et al. 2017): no choice of the pass changes it, and nothing has to be remembered from one
  /// update to the next.
  func reinforcement(
    _ hidden: Variable, _ batch: TrainingBatch, labelSmoothing: Float, normalizer: Float,
    in context: ForwardContext
  ) throws -> Variable? {
    if context.choices.isEmpty { return nil }
    func losses(_ hidden: Variable) -> [Float] {
      let length = hidden.shape[1]
      return (0..<hidden.shape[0]).map { row in
        outputProjection.crossEntropy(
          hidden.slice(axis: 0, row..<row + 1),
          expected: Array(batch.expected[row * length..<(row + 1) * length]),
          labelSmoothing: labelSmoothing, normalizer: normalizer, in: .inference()
        ).loss.value.scalar
      }
    }
    let inference = ForwardContext.inference()
    let greedy = try decode(
      batch.decoderInput, memory: encode(batch.source, in: inference), in: inference)
    return context.reinforcement(
      costs: losses(hidden.detached), baselines: losses(greedy))
  }
}
