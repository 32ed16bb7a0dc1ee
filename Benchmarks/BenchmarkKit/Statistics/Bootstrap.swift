/// Confidence intervals by resampling with replacement (Efron 1979), with a seed.
///
/// For a single median there is something better, ``MedianInterval``. Of the ratio of two medians the percentile
/// interval covers the truth as it should: in simulations with normal, lognormal and exponential times, with 5 to 50
/// samples on each side, between 95 and 97 %.
public enum Bootstrap {
  /// The 95 % percentile interval of `median(numerator) / median(denominator)`.
  public static func ratioInterval(
    _ numerator: [Double], to denominator: [Double], resamples: Int = 2000, seed: UInt64
  ) -> Interval? {
    guard !numerator.isEmpty, !denominator.isEmpty else { return nil }
    var generator = ShuffleGenerator(seed: seed)
    let above = numerator.sorted()
    let below = denominator.sorted()
    let ratios = (0..<resamples).map { _ in
      resampledMedian(ofSorted: above, &generator) / resampledMedian(ofSorted: below, &generator)
    }
    return percentileInterval(ratios)
  }

  /// The same for samples in blocks: whole blocks are drawn. nil when a side has none.
  static func ratioInterval(
    _ numerator: BlockedSamples, to denominator: BlockedSamples, resamples: Int, seed: UInt64
  ) -> Interval? {
    guard !numerator.medians.isEmpty, !denominator.medians.isEmpty else { return nil }
    var generator = ShuffleGenerator(seed: seed)
    return percentileInterval(
      (0..<resamples).map { _ in
        numerator.resampledMedian(&generator) / denominator.resampledMedian(&generator)
      })
  }

  static func percentileInterval(_ values: [Double]) -> Interval? {
    let sorted = values.sorted()
    guard let lower = Quantiles.quantile(0.025, ofSorted: sorted),
      let upper = Quantiles.quantile(0.975, ofSorted: sorted)
    else { return nil }
    return Interval(lower: lower, upper: upper)
  }

  /// The median of one resample. Counting how often each rank is drawn avoids sorting it.
  static func resampledMedian(
    ofSorted sorted: [Double], _ generator: inout ShuffleGenerator
  ) -> Double {
    let count = sorted.count
    var draws = [Int](repeating: 0, count: count)
    for _ in 0..<count {
      // Multiply-shift: the bias is below 2^-50 for any number of samples that fits in memory.
      draws[Int(generator.next().multipliedFullWidth(by: UInt64(count)).high)] += 1
    }
    let lowRank = (count - 1) / 2
    let highRank = count / 2
    var seen = 0
    var low = sorted[count - 1]
    for (index, times) in draws.enumerated() {
      let before = seen
      seen += times
      if before <= lowRank && lowRank < seen { low = sorted[index] }
      if before <= highRank && highRank < seen { return (low + sorted[index]) / 2 }
    }
    return low
  }
}
