public import Autograd
public import Kernels
public import SequenceModels
import Tensors

/// The loss of a batch and the gradients of a model's parameters.
public struct GradientStep {
  /// Of all trainable parameters that the loss depends on.
  public let gradients: Gradients
  /// Σ smoothed cross-entropy / real target tokens. With a consistency weight α, half of what both passes and α
  /// times the distance of their distributions add up to.
  public let loss: Double
  /// Σ -log p(expected token), in nats.
  public let negativeLogLikelihood: Double
  /// Real target tokens of the batch.
  public let targetTokenCount: Int

  /// - Parameters:
  ///   - parts: the batch's rows are taken in so many parts, one after the other. Every part is divided by
  ///     the target tokens of the whole batch, so that the sum is the gradient of the unsplit batch.
  ///   - step: the number of the update, for dropout.
  ///   - consistencyWeight: above 0, each pair is taken twice, with dropout of its own, and the distributions are
  ///     drawn to each other with this weight (R-Drop, Liang et al. 2021).
  ///   - precision: of the factors of large products, see
  ///     ``ForwardContext/training(seed:step:part:consistencyWeight:precision:profile:check:)``.
  ///   - profile: where it is written down what takes how long, if someone wants it.
  ///   - check: looks for values that are not finite, if someone wants it.
  public init<Model: SequenceModel>(
    _ model: Model, _ batch: TrainingBatch, labelSmoothing: Float, parts: Int = 1, seed: UInt64,
    step: Int, consistencyWeight: Float = 0, precision: ProductPrecision = .float32,
    profile: OperationProfile? = nil,
    check: FiniteCheck? = nil
  ) throws {
    let passes = consistencyWeight > 0 ? 2 : 1
    let normalizer = Float(max(1, passes * batch.targetTokenCount))
    var gradients: Gradients?
    var (loss, likelihood) = (0.0, 0.0)
    for (index, part) in batch.split(into: parts).enumerated() {
      let context = ForwardContext.training(
        seed: seed, step: step, part: index, consistencyWeight: consistencyWeight,
        precision: precision, profile: profile, check: check)
      let result = try model.loss(
        part.repeated(passes), labelSmoothing: labelSmoothing, normalizer: normalizer, in: context)
      loss += Double(result.objective.value.scalar)
      likelihood += result.negativeLogLikelihood / Double(passes)
      gradients = context.backward(from: result.objective, addingTo: gradients)
    }
    self.gradients = gradients ?? Gradients()
    self.loss = loss
    negativeLogLikelihood = likelihood
    targetTokenCount = batch.targetTokenCount
  }
}

/// The mean of -log p over all real target tokens of some batches, without dropout.
///
/// - Returns: Σ -log p in nats and the number of tokens; the perplexity is exp of their quotient.
public func evaluateLoss<Model: SequenceModel>(_ model: Model, on batches: [TrainingBatch]) throws
  -> (negativeLogLikelihood: Double, tokenCount: Int)
{
  var total = 0.0
  var tokens = 0
  for batch in batches {
    let result = try model.loss(batch, labelSmoothing: 0, normalizer: 1, in: .inference())
    total += result.negativeLogLikelihood
    tokens += result.tokenCount
  }
  return (total, tokens)
}
