/// A plot as data: what is drawn, on which axes. Writers turn it into text, gnuplot's pictures or a part of a page.
public struct Chart: Codable, Hashable, Sendable {
  /// A short word for file names, unique in a suite, such as `time`.
  public let name: String
  /// The heading.
  public let title: String
  /// The horizontal axis.
  public let xAxis: ChartAxis
  /// The vertical axis.
  public let yAxis: ChartAxis
  /// What is drawn, in the order of the legend.
  public var series: [ChartSeries]
  /// Places on the horizontal axis that the eye should find, such as a crossover.
  public var marks: [ChartMark]

  /// A plot of some series.
  public init(
    name: String, title: String, xAxis: ChartAxis, yAxis: ChartAxis, series: [ChartSeries],
    marks: [ChartMark] = []
  ) {
    self.name = name
    self.title = title
    self.xAxis = xAxis
    self.yAxis = yAxis
    self.series = series
    self.marks = marks
  }
}
