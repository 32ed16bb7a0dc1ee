/// An error rate, in percent, and what it counts.
public struct ErrorRateScore: MetricScore, Equatable {
  /// As the metric is called: `WER`, `PER`.
  public let name: String
  /// From 0; a rate of tokens can exceed 100.
  public let value: Double
  /// The counts, such as `(ins = 3 del = 5 sub = 12 ref_len = 940)`.
  public let details: String
}
