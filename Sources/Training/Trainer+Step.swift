internal import Autograd
internal import CoreLayers
internal import SequenceModels

extension Trainer {
  /// The gradients of the next update, computed now unless they have been.
  ///
  /// - Throws: ``TrainingError/diverged(_:)`` where they or the loss are not finite.
  func nextStep() throws -> PreparedStep {
    if let prepared = prepared.take() { return prepared }
    if try source.batchCount(epoch: state.epoch) == 0 { throw TrainingError.noBatches }
    let clock = ContinuousClock()
    let begin = clock.now
    let number = state.step + 1
    let batch = try source.batch(epoch: state.epoch, index: state.batchIndex)
    let result = try gradients(of: batch, step: number)
    let norm = optimizer.gradientNorm(result.gradients)
    guard result.loss.isFinite, norm.isFinite else {
      throw TrainingError.diverged(
        divergence(result, gradientNorm: norm, batch: batch, step: number))
    }
    return PreparedStep(
      number: number, batch: batch, gradients: result, gradientNorm: norm,
      seconds: (clock.now - begin).seconds)
  }

  /// The loss and the gradients of a batch, as the configuration asks for.
  ///
  /// - Parameter check: looks at each operation.
  func gradients(of batch: TrainingBatch, step number: Int, check: FiniteCheck? = nil) throws
    -> GradientStep
  {
    try GradientStep(
      model, batch, labelSmoothing: configuration.labelSmoothing,
      parts: configuration.accumulationParts, seed: configuration.seed, step: number,
      consistencyWeight: configuration.consistencyWeight, precision: configuration.precision,
      check: check)
  }

  /// Changes the parameters.
  func update(with next: PreparedStep, totalSteps: Int) throws -> TrainingLog.Step {
    let clock = ContinuousClock()
    let begin = clock.now
    let rate =
      configuration.schedule.rate(
        at: next.number, modelDimension: modelDimension, totalSteps: totalSteps,
        reductions: state.rateReductions) * state.learningRateFactor
    let report = optimizer.update(
      next.gradients.gradients, learningRate: rate,
      maximumNorm: configuration.clipNorm > 0 ? configuration.clipNorm : nil,
      gradientNorm: next.gradientNorm)
    parametersWithoutGradient = report.withoutGradient
    average?.update(step: next.number)
    state.step = next.number
    let seconds = next.seconds + (clock.now - begin).seconds
    state.elapsedSeconds += seconds
    return TrainingLog.Step(
      loss: next.gradients.loss, negativeLogLikelihood: next.gradients.negativeLogLikelihood,
      gradientNorm: next.gradientNorm, learningRate: rate, seconds: seconds)
  }

  /// Makes sure that what is validated and saved can be gone on from: an update may overflow although its gradients were
  /// finite, and weights that are finite may be so large that the next loss is not. The gradients that show it are those of
  /// the next update, so nothing is computed twice.
  ///
  /// - Parameter isLast: there is no next update.
  func requireUsableState(after step: TrainingLog.Step, isLast: Bool = false) throws {
    if let origin = nonFiniteState {
      throw TrainingError.diverged(
        Divergence(
          step: state.step, loss: step.loss, gradientNorm: step.gradientNorm, origin: origin))
    }
    if !isLast && prepared == nil { prepared = try nextStep() }
  }
}
