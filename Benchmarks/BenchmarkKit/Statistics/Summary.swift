/// Statistics of the samples of one contender, in seconds per run.
public struct Summary: Codable, Hashable, Sendable {
  /// How many samples.
  public let count: Int
  /// The fastest, in seconds.
  public let minimum: Double
  /// The 5th percentile, in seconds.
  public let p5: Double
  /// The median, in seconds.
  public let median: Double
  /// The 95th percentile, in seconds.
  public let p95: Double
  /// The slowest, in seconds.
  public let maximum: Double
  /// The mean, in seconds.
  public let mean: Double
  /// 95 % confidence interval of the median (``MedianInterval``); it has no width with a single sample.
  public let interval: Interval

  /// Statistics of seconds; nil when there are none.
  public init?(_ seconds: [Double]) {
    let sorted = seconds.sorted()
    guard let first = sorted.first, let last = sorted.last,
      let p5 = Quantiles.quantile(0.05, ofSorted: sorted),
      let median = Quantiles.quantile(0.5, ofSorted: sorted),
      let p95 = Quantiles.quantile(0.95, ofSorted: sorted),
      let interval = MedianInterval.interval(ofSorted: sorted)
    else { return nil }
    self.count = sorted.count
    self.minimum = first
    self.p5 = p5
    self.median = median
    self.p95 = p95
    self.maximum = last
    self.mean = sorted.reduce(0, +) / Double(sorted.count)
    self.interval = interval
  }

  /// The width from the 5th to the 95th percentile as a share of the median.
  public var relativeSpread: Double { median > 0 ? (p95 - p5) / median : 0 }
}
