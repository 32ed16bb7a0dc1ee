/// A place on the horizontal axis, with its interval where it has one.
public struct ChartMark: Codable, Hashable, Sendable {
  /// The place.
  public let x: Double
  /// From where to where it may lie.
  public let interval: Interval?
  /// What is there, such as `crossover at 473`.
  public let label: String

  /// A place and what is there.
  public init(x: Double, interval: Interval? = nil, label: String) {
    self.x = x
    self.interval = interval
    self.label = label
  }
}
