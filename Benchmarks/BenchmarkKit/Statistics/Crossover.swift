import Foundation

/// Where one series of times overtakes another: the size at which both take equally long.
///
/// Between the two sizes around it, the ratio of the medians is taken to be a power of the size. The interval comes from
/// resampling the samples of every size: it is one of the noise within a run.
public struct Crossover: Codable, Hashable, Sendable {
  /// The samples of both series at one size, in seconds.
  public struct Point: Sendable {
    /// The size.
    public let x: Double
    /// Of the series that is cheaper before the crossing.
    public let first: [Double]
    /// Of the other one.
    public let second: [Double]

    /// Samples at one size.
    public init(x: Double, first: [Double], second: [Double]) {
      self.x = x
      self.first = first
      self.second = second
    }
  }

  /// The size from which on the first series is dearer.
  public let x: Double
  /// Its bootstrap 95 % interval; nil where too many resamples have no crossing between the first and the last size.
  public let interval: Interval?

  /// Looks for the last size after which the first series is dearer than the second.
  ///
  /// - Returns: nil when the first series is not cheaper at some size and dearer at all larger ones.
  public init?(_ points: [Point], resamples: Int = 1000, seed: UInt64) {
    let points = points.filter { !$0.first.isEmpty && !$0.second.isEmpty }.sorted { $0.x < $1.x }
      .map { (x: $0.x, first: $0.first.sorted(), second: $0.second.sorted()) }
    func median(_ sorted: [Double]) -> Double { Quantiles.quantile(0.5, ofSorted: sorted) ?? 0 }
    guard
      let x = Self.crossing(points.map { ($0.x, median($0.first) / median($0.second)) })
    else { return nil }
    var generator = ShuffleGenerator(seed: seed)
    let found = (0..<resamples).compactMap { _ in
      Self.crossing(
        points.map {
          (
            $0.x,
            Bootstrap.resampledMedian(ofSorted: $0.first, &generator)
              / Bootstrap.resampledMedian(ofSorted: $0.second, &generator)
          )
        })
    }
    self.x = x
    interval =
      Double(found.count) >= 0.975 * Double(resamples)
      ? Bootstrap.percentileInterval(found) : nil
  }

  /// Where the ratio rises above 1 for good.
  private static func crossing(_ ratios: [(x: Double, ratio: Double)]) -> Double? {
    guard let below = ratios.lastIndex(where: { $0.ratio < 1 }), below + 1 < ratios.count,
      ratios[below].ratio > 0
    else { return nil }
    let (a, b) = (ratios[below], ratios[below + 1])
    let share = -log(a.ratio) / (log(b.ratio) - log(a.ratio))
    return exp(log(a.x) + share * (log(b.x) - log(a.x)))
  }
}
