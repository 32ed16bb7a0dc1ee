/// One line, set of points or set of bars of a chart.
public struct ChartSeries: Codable, Hashable, Sendable {
  /// How a series is drawn.
  public enum Style: String, Codable, Sendable {
    /// Points joined by a line, with bars for their intervals.
    case line
    /// Points alone, with their labels.
    case points
    /// A line without points: a law, a roof.
    case guide
    /// Bars from zero; series of bars stand on one another.
    case bars
  }

  /// One value.
  public struct Point: Codable, Hashable, Sendable {
    /// The place on the horizontal axis.
    public let x: Double
    /// The value.
    public let y: Double
    /// The interval of the value, where it has one.
    public let interval: Interval?
    /// What is written beside the point, where something is.
    public let label: String?

    /// A value at a place.
    public init(x: Double, y: Double, interval: Interval? = nil, label: String? = nil) {
      self.x = x
      self.y = y
      self.interval = interval
      self.label = label
    }
  }

  /// The entry in the legend.
  public let name: String
  /// Series of one group share a colour and differ in dashes and points; nil: a group of its own.
  public let group: String?
  /// How it is drawn.
  public let style: Style
  /// Its values, from left to right.
  public let points: [Point]

  /// Values under a name.
  public init(_ name: String, group: String? = nil, style: Style = .line, points: [Point]) {
    self.name = name
    self.group = group
    self.style = style
    self.points = points
  }
}
