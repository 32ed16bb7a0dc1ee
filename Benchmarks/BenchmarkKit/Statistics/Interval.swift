/// A range of values, such as a 95 % confidence interval.
public struct Interval: Codable, Hashable, Sendable {
  public let lower: Double
  public let upper: Double

  public init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  public func contains(_ value: Double) -> Bool {
    lower <= value && value <= upper
  }
}
