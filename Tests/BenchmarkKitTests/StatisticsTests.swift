import BenchmarkKit
import Foundation
import Testing

@Suite struct StatisticsTests {
  @Test func quantilesInterpolateLikeNumPy() {
    let values = [1.0, 2, 4, 8, 16]
    // numpy.quantile([1, 2, 4, 8, 16], [0, 0.05, 0.25, 0.5, 0.95, 1])
    let expected = [(0, 1), (0.05, 1.2), (0.25, 2), (0.5, 4), (0.95, 14.4), (1, 16)]
    for (fraction, value) in expected {
      let quantile = Quantiles.quantile(fraction, ofSorted: values)
      #expect(abs((quantile ?? .nan) - value) < 1e-12)
    }
    #expect(Quantiles.quantile(0.5, ofSorted: []) == nil)
    #expect(Quantiles.quantile(0.95, ofSorted: [7]) == 7)
    #expect(Quantiles.median(of: [5, 1, 3, 2]) == 2.5)
  }

  @Test func summaryOfKnownValues() throws {
    let summary = try #require(Summary((1...101).map(Double.init).shuffled()))
    #expect(summary.count == 101)
    #expect(summary.minimum == 1)
    #expect(summary.p5 == 6)
    #expect(summary.median == 51)
    #expect(summary.p95 == 96)
    #expect(summary.maximum == 101)
    #expect(summary.mean == 51)
    #expect(abs(summary.relativeSpread - 90.0 / 51) < 1e-12)
    #expect(summary.interval.contains(51))
    // The 95 % interval of ranks is binomial: 51 -+ 1.96 * sqrt(101) / 2.
    #expect(abs(summary.interval.lower - 41) <= 2)
    #expect(abs(summary.interval.upper - 61) <= 2)
  }

  @Test func summaryOfNoneAndOne() throws {
    #expect(Summary([]) == nil)
    let single = try #require(Summary([2.5]))
    #expect(single.median == 2.5)
    #expect(single.interval == Interval(lower: 2.5, upper: 2.5))
  }

  @Test func bootstrapRepeatsWithItsSeed() {
    let values = (0..<23).map { Double(1 + $0 * $0 % 29) }
    let others = values.map { 2 * $0 }
    let first = Bootstrap.ratioInterval(values, to: others, seed: 5)
    #expect(first == Bootstrap.ratioInterval(values.reversed(), to: others, seed: 5))
    #expect(first != Bootstrap.ratioInterval(values, to: others, resamples: 37, seed: 6))
    #expect(Bootstrap.ratioInterval([], to: others, seed: 5) == nil)
  }

  /// The interpolated intervals of Hettmansperger and Sheather: with 10 samples the second and the ninth cover 97.85 %,
  /// the third and the eighth 89.06 %.
  @Test func medianIntervalAgainstAWorkedExample() throws {
    let ten = try #require(MedianInterval.interval(ofSorted: (1...10).map(Double.init)))
    let excess = (1 - 22.0 / 1024 - 0.95) / (90.0 / 1024)
    let share = 8 * excess / (2 + 6 * excess)
    #expect(abs(ten.lower - (2 + share)) < 1e-9)
    #expect(abs(ten.upper - (9 - share)) < 1e-9)
    // At exactly the level of a rank nothing is interpolated.
    let second = try #require(
      MedianInterval.interval(ofSorted: (1...10).map(Double.init), level: 1 - 22.0 / 1024))
    #expect(abs(second.lower - 2) < 1e-6 && abs(second.upper - 9) < 1e-6)
  }

  @Test func medianIntervalOfFewSamples() {
    #expect(MedianInterval.interval(ofSorted: []) == nil)
    for count in 1...5 {
      let sorted = (0..<count).map { Double($0) }
      #expect(
        MedianInterval.interval(ofSorted: sorted)
          == Interval(lower: 0, upper: Double(count - 1)))
    }
    #expect(
      MedianInterval.interval(ofSorted: [3, 3, 3, 3, 3, 3, 3]) == Interval(lower: 3, upper: 3))
    let many = (0..<2001).map(Double.init)
    let wide = MedianInterval.interval(ofSorted: many)
    // 1000 -+ 1.96 * sqrt(2001) / 2.
    #expect(abs((wide?.lower ?? 0) - 956.2) < 1 && abs((wide?.upper ?? 0) - 1043.8) < 1)
  }

  /// Times as they are: symmetric, with a floor and a long tail, and with a sample in twenty disturbed.
  enum Noise: CaseIterable {
    case normal
    case lognormal
    case disturbed

    /// Samples whose true median is 2.
    func samples(_ count: Int, _ normal: inout Normal) -> [Double] {
      (0..<count).map { _ in
        let number = normal.next()
        switch self {
        case .normal: return 2 + 0.1 * number
        case .lognormal: return 1 + exp(0.7 * number)
        case .disturbed:
          // As often too fast as too slow, so that the median stays where it is.
          let other = normal.next()
          return abs(other) < 1.96 ? 2 + 0.05 * number : 2 + (other > 0 ? 1 : -0.5)
        }
      }
    }
  }

  @Test(arguments: Noise.allCases, [10, 11, 23, 50])
  func medianIntervalCoversTheTruth(noise: Noise, sampleCount: Int) {
    var normal = Normal(seed: UInt64(sampleCount))
    let trials = 1000
    let covered = (0..<trials).count { _ in
      Summary(noise.samples(sampleCount, &normal))?.interval.contains(2) == true
    }
    let coverage = Double(covered) / Double(trials)
    #expect((0.93...0.97).contains(coverage), "coverage \(coverage)")
  }

  @Test func ratioIntervalCoversTheTruth() {
    var normal = Normal(seed: 11)
    let trials = 600
    var covered = 0
    for trial in 0..<trials {
      let slow = (0..<20).map { _ in 3 * exp(0.2 * normal.next()) }
      let fast = (0..<20).map { _ in 2 * exp(0.2 * normal.next()) }
      let interval = Bootstrap.ratioInterval(
        slow, to: fast, resamples: 400, seed: UInt64(trial))
      if interval?.contains(1.5) == true { covered += 1 }
    }
    let coverage = Double(covered) / Double(trials)
    #expect((0.92...0.98).contains(coverage), "coverage \(coverage)")
  }
}
