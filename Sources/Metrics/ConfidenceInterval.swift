/// A mean and the interval around it that holds 95 % of the values.
public struct ConfidenceInterval: Sendable, Equatable {
  /// The mean of the values.
  public let mean: Double
  /// The least of the middle 95 %.
  public let lower: Double
  /// The greatest of the middle 95 %.
  public let upper: Double

  /// Half the interval's length, which is what sacreBLEU prints after ±. The interval need not be symmetric.
  public var halfWidth: Double { (upper - lower) / 2 }

  /// Of scores of resamples, of which there must be at least one.
  public init(of values: [Double]) {
    guard !values.isEmpty else { fatalError("ConfidenceInterval: there are no values") }
    let sorted = values.sorted()
    let cut = sorted.count / 40
    mean = sorted.reduce(0, +) / Double(sorted.count)
    lower = sorted[cut]
    upper = sorted[sorted.count - 1 - cut]
  }

  /// `μ = 41.01 ± 0.98`.
  public func formatted(decimals: Int = 2) -> String {
    "μ = \(fixed(mean, decimals)) ± \(fixed(halfWidth, decimals))"
  }
}
