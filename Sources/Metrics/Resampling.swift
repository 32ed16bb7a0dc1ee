/// How the chance in a difference between two systems is measured; part of the signature.
public enum Resampling: Sendable, Equatable, CustomStringConvertible {
  /// Test sets drawn from the test set's sentences with replacement (Koehn 2004).
  case bootstrap(resamples: Int, seed: UInt64)
  /// The systems' outputs exchanged at random (Riezler and Maxwell 2005).
  case approximateRandomization(trials: Int, seed: UInt64)

  /// As in a signature: `bs:1000|seed:12345`.
  public var description: String {
    switch self {
    case .bootstrap(let resamples, let seed): "bs:\(resamples)|seed:\(seed)"
    case .approximateRandomization(let trials, let seed): "ar:\(trials)|seed:\(seed)"
    }
  }
}
