/// One axis of a chart.
public struct ChartAxis: Codable, Hashable, Sendable {
  /// What it shows, without the unit, such as `time of a step`.
  public let label: String
  /// The unit of the values as they are stored, such as `s`, `GFLOP/s`, `tokens/s`; empty for a pure number.
  public let unit: String
  /// Whether equal distances are equal ratios. Values of such an axis are positive.
  public let isLogarithmic: Bool
  /// Names of the places 0, 1, 2 and so on, for an axis of things rather than numbers (a chart of bars); else empty.
  public let categories: [String]

  /// An axis of numbers.
  public init(_ label: String, unit: String = "", isLogarithmic: Bool = false) {
    self.label = label
    self.unit = unit
    self.isLogarithmic = isLogarithmic
    categories = []
  }

  /// An axis of things: the value `i` stands for `categories[i]`.
  public init(_ label: String, categories: [String]) {
    self.label = label
    unit = ""
    isLogarithmic = false
    self.categories = categories
  }
}
