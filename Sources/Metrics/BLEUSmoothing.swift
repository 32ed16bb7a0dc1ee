/// What BLEU puts in place of a precision of zero (Chen and Cherry 2014).
public enum BLEUSmoothing: Sendable, Equatable {
  /// Nothing: one order without a match makes the score zero.
  case unsmoothed
  /// So many matches instead of none (their method 1; 0.1 is usual).
  case floor(Double)
  /// So many matches and n-grams more in every order from 2 (method 2; 1 is usual).
  case addK(Double)
  /// Half a match for the first order without one, a quarter for the next, and so on (method 3, and NIST's).
  case exponential

  /// By sacreBLEU's name: `none`, `floor`, `add-k` or `exp`; `nil` for others.
  ///
  /// - Parameter value: of `floor` (default 0.1) and `add-k` (default 1); the others have none.
  public init?(name: String, value: Double? = nil) {
    switch (name, value) {
    case ("none", nil): self = .unsmoothed
    case ("floor", _): self = .floor(value ?? 0.1)
    case ("add-k", _): self = .addK(value ?? 1)
    case ("exp", nil): self = .exponential
    default: return nil
    }
  }

  /// The names that `init(name:value:)` knows.
  public static let names = ["exp", "floor", "add-k", "none"]

  /// The name and the value, as in a signature.
  var signature: String {
    switch self {
    case .unsmoothed: "none"
    case .floor(let value): "floor[\(fixed(value, 2))]"
    case .addK(let value): "add-k[\(fixed(value, 2))]"
    case .exponential: "exp"
    }
  }
}
