internal import SequenceModels

/// The gradients of an update that is not done yet.
struct PreparedStep {
  /// The number of the update, from 1.
  let number: Int
  let batch: TrainingBatch
  let gradients: GradientStep
  let gradientNorm: Double
  /// What it took to compute them.
  let seconds: Double
}
