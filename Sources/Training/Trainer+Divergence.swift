internal import Autograd
internal import CoreLayers
internal import SequenceModels
internal import Tensors

extension Trainer {
  /// What is known of a step whose loss or gradients are not finite: parameters and moments are looked at
  /// first, then the step is done once more with a look at every operation.
  func divergence(
    _ result: GradientStep, gradientNorm: Double, batch: TrainingBatch, step number: Int
  ) -> Divergence {
    let origin =
      nonFiniteState
      ?? {
        let check = FiniteCheck()
        _ = try? gradients(of: batch, step: number, check: check)
        return check.finding.map { NonFiniteOrigin($0, in: model.parameters) }
      }()
    return Divergence(
      step: number, loss: result.loss, gradientNorm: gradientNorm, origin: origin)
  }

  /// The first parameter, or moment, that is not finite.
  var nonFiniteState: NonFiniteOrigin? {
    for named in optimizer.parameters {
      let values = named.parameter.value
      if let index = values.firstNonFiniteIndex {
        return NonFiniteOrigin(.parameter(named.path), value: values.pointer[index])
      }
    }
    for (index, named) in optimizer.parameters.enumerated() {
      for moments in [optimizer.firstMoments[index], optimizer.secondMoments[index]] {
        if let place = moments.firstNonFiniteIndex {
          return NonFiniteOrigin(.moments(named.path), value: moments.pointer[place])
        }
      }
    }
    return nil
  }

  /// Goes back to the last checkpoint with half the learning rate, if the configuration says so and it has not
  /// been done too often; throws otherwise.
  func recover(from divergence: Divergence) throws {
    var divergence = divergence
    // One that cannot be read is none; the error is of the divergence.
    let checkpoint = try? lastCheckpoint()
    divergence.rollBacks = state.rollBacks
    divergence.checkpoint = checkpoint?.path
    guard configuration.onDivergence == .rollBack, let checkpoint,
      state.rollBacks < configuration.maximumRollBacks
    else { throw TrainingError.diverged(divergence) }
    let elapsedSeconds = state.elapsedSeconds
    try resume(from: checkpoint)
    state.elapsedSeconds = elapsedSeconds
    state.rollBacks = divergence.rollBacks + 1
    try onRollBack(divergence)
    // So that the state that is saved is the one that goes on.
    try onCheckpoint()
  }
}
