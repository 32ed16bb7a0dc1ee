/// A step of training whose loss, gradients or result are not finite numbers.
public struct Divergence: Equatable, Sendable, CustomStringConvertible {
  /// The number of the update, from 1.
  public let step: Int
  /// Its loss.
  public let loss: Double
  /// The norm of all its gradients together.
  public let gradientNorm: Double
  /// Where the first value that is not finite came from; nil where doing the step once more did not show it.
  public let origin: NonFiniteOrigin?
  /// How often the training had gone back to a checkpoint before.
  public internal(set) var rollBacks = 0
  /// The last checkpoint, which is from before and good; nil where there is none.
  public internal(set) var checkpoint: String?

  /// What happened, in words.
  public var description: String {
    func text(_ value: Double) -> String { value.isNaN ? "nan" : "\(value)" }
    return
      "training diverged at step \(step): loss \(text(loss)), gradient norm \(text(gradientNorm))"
      + (origin.map { "; \($0)" } ?? "")
  }
}
