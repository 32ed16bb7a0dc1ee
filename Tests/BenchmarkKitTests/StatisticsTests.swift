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
    let summary = try #require(Summary((1...101).map(Double.init).shuffled(), seed: 3))
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
    #expect(Summary([], seed: 1) == nil)
    let single = try #require(Summary([2.5], seed: 1))
    #expect(single.median == 2.5)
    #expect(single.interval == Interval(lower: 2.5, upper: 2.5))
  }

  @Test func bootstrapRepeatsWithItsSeed() {
    let values = (0..<23).map { Double($0 * $0 % 29) }
    let first = Bootstrap.medianInterval(of: values, seed: 5)
    #expect(first == Bootstrap.medianInterval(of: values.reversed(), seed: 5))
    #expect(first != Bootstrap.medianInterval(of: values, resamples: 37, seed: 6))
  }

  /// Skewed like timings are: a floor and a long tail, whose true median is 2.
  @Test(arguments: [10, 23, 50])
  func medianIntervalCoversTheTruth(sampleCount: Int) {
    var normal = Normal(seed: UInt64(sampleCount))
    let trials = 600
    var covered = 0
    for trial in 0..<trials {
      let samples = (0..<sampleCount).map { _ in 1 + exp(0.7 * normal.next()) }
      let interval = Bootstrap.medianInterval(of: samples, resamples: 400, seed: UInt64(trial))
      if interval?.contains(2) == true { covered += 1 }
    }
    let coverage = Double(covered) / Double(trials)
    #expect((0.92...0.98).contains(coverage), "coverage \(coverage)")
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
