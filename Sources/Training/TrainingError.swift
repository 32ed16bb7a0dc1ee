/// Why training cannot begin or go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  case invalidConfiguration(field: String, expected: String, found: String)
  /// The loss, the gradients or the updated parameters are not finite. In the first two cases, parameters are as
  /// before this step.
  case diverged(Divergence)
  case noBatches
  /// A checkpoint that does not fit.
  case checkpoint(path: String, problem: String)

  /// The text for a person.
  public var description: String {
    switch self {
    case .invalidConfiguration(let field, let expected, let found):
      "\(field): expected \(expected), found \(found)"
    case .diverged(let divergence):
      "\(divergence)"
        + (divergence.rollBacks > 0
          ? "; it had gone back to a checkpoint \(divergence.rollBacks) times before" : "")
        + (divergence.checkpoint.map {
          "; the last good checkpoint is kept in \($0): resume from it"
        } ?? "; there is no checkpoint yet: begin again")
        + " with a lower learning rate, a longer warm-up or clipNorm"
        + (divergence.rollBacks > 0 ? "" : ", or with onDivergence=rollBack")
    case .noBatches: "there is nothing to train on: the data have no batches"
    case .checkpoint(let path, let problem): "\(path): \(problem)"
    }
  }
}
