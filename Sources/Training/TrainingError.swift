/// Why training cannot begin or go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  case invalidConfiguration(field: String, expected: String, found: String)
  /// The loss or the gradients are not finite. Parameters are as before this step.
  case diverged(step: Int, loss: Double, gradientNorm: Double)
  case noBatches
  /// A checkpoint that does not fit.
  case checkpoint(path: String, problem: String)

  /// The text for a person.
  public var description: String {
    switch self {
    case .invalidConfiguration(let field, let expected, let found):
      "\(field): expected \(expected), found \(found)"
    case .diverged(let step, let loss, let norm):
      "training diverged at step \(step): loss \(loss), gradient norm \(norm); lower the learning rate, "
        + "lengthen the warm-up or set clipNorm, and resume from the last checkpoint"
    case .noBatches: "there is nothing to train on: the data have no batches"
    case .checkpoint(let path, let problem): "\(path): \(problem)"
    }
  }
}
