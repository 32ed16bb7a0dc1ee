/// How the chance in a difference between two systems is measured; part of the signature.
public enum Resampling: Sendable, Equatable, CustomStringConvertible {
  /// Test sets drawn from the test set's sentences with replacement (Koehn 2004); sacreBLEU's default is 1000.
  ///
  /// It also gives intervals. The p-value is that of Moses and sacreBLEU, and is too low: of pairs of systems
  /// that were equally good by construction 11 % came out below 0.05.
  case bootstrap(resamples: Int, seed: UInt64)
  /// The systems' outputs exchanged at random (Riezler and Maxwell 2005); sacreBLEU's default is 10000.
  ///
  /// It keeps what its p-value promises, so let it decide whether a difference is one.
  case approximateRandomization(trials: Int, seed: UInt64)

  /// As in a signature: `bs:1000|seed:12345`.
  public var description: String {
    switch self {
    case .bootstrap(let resamples, let seed): "bs:\(resamples)|seed:\(seed)"
    case .approximateRandomization(let trials, let seed): "ar:\(trials)|seed:\(seed)"
    }
  }
}
