/// A range of values, such as a 95 % confidence interval.
public struct Interval: Codable, Hashable, Sendable {
  /// The lower end, included.
  public let lower: Double
  /// The upper end, included.
  public let upper: Double

  /// From one number to another.
  public init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// Whether a number lies between the ends.
  public func contains(_ value: Double) -> Bool {
    lower <= value && value <= upper
  }

  /// Amounts a second, of an interval of seconds for one amount.
  public func rate(of amount: Double) -> Interval {
    Interval(lower: amount / upper, upper: amount / lower)
  }

  /// For example `1.86 to 1.98`.
  public func text(_ format: (Double) -> String) -> String {
    "\(format(lower)) to \(format(upper))"
  }
}
