import AttentionKit

/// The line of metrics.jsonl that says that training diverged and has gone back to a checkpoint.
struct RollBackEntry: Codable {
  struct RollBack: Codable {
    /// How many there were, this one included.
    var count: Int
    var divergedAt: Int
    var loss: Double
    var gradientNorm: Double
    /// Where the first value that is not finite came from.
    var origin: String?
    /// What the schedule's learning rate is multiplied with from now on.
    var learningRateFactor: Float
  }

  /// Of the checkpoint.
  var step: Int
  var elapsedSeconds: Double
  var rollBack: RollBack
}

extension RollBackEntry {
  /// - Parameter state: after going back.
  init(_ divergence: Divergence, state: TrainingState) {
    self.init(
      step: state.step, elapsedSeconds: state.elapsedSeconds,
      rollBack: RollBack(
        count: state.rollBacks, divergedAt: divergence.step, loss: divergence.loss,
        gradientNorm: divergence.gradientNorm, origin: divergence.origin.map { "\($0)" },
        learningRateFactor: state.learningRateFactor))
  }

  /// For a person.
  func message(_ divergence: Divergence) -> String {
    "\(divergence); back to step \(step), with \(rollBack.learningRateFactor) of the learning rate from now on"
  }
}
