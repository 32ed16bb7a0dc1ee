import Foundation
import Metrics
import Testing

struct ResamplingTests {
  @Test func intervalsAndProbabilitiesAreSacreBLEUs() throws {
    let cases = try MetricFixture.resampling()
    #expect(cases.count > 15)
    for expected in cases {
      let comparison = PairedComparison(
        baselineScore: 30, systemScore: 30 - expected.observed,
        baselineResamples: expected.first, systemResamples: expected.second)
      let interval = try #require(comparison.systemInterval)
      #expect(abs(interval.mean - expected.mean) < 1e-9)
      #expect(abs(interval.halfWidth - expected.halfWidth) < 1e-9)
      #expect(interval == ConfidenceInterval(of: expected.second))
      #expect(comparison.baselineInterval == ConfidenceInterval(of: expected.first))
      #expect(abs(comparison.pValue - expected.bootstrap) < 1e-12)
      #expect(abs(comparison.difference + expected.observed) < 1e-12)
      let randomization = PairedComparison(
        baselineScore: 30, systemScore: 30 + expected.observed,
        firstShuffled: expected.first, secondShuffled: expected.second)
      #expect(abs(randomization.pValue - expected.randomization) < 1e-12)
      #expect(randomization.systemInterval == nil)
    }
  }

  /// Two systems that are each right at every seventh word or so.
  static func systems(count: Int, gain: Int) -> (better: [ErrorRate], worse: [ErrorRate]) {
    var random = TestGenerator(state: 77)
    func rate(_ errors: Int) -> ErrorRate {
      var rate = ErrorRate()
      rate.add(
        hypothesis: (0..<10).map { $0 < errors ? -1 : $0 }, references: [Array(0..<10)])
      return rate
    }
    var result: (better: [ErrorRate], worse: [ErrorRate]) = ([], [])
    for _ in 0..<count {
      let errors = random.number(below: 5)
      result.better.append(rate(errors))
      result.worse.append(rate(random.number(below: 5) + gain))
    }
    return result
  }

  @Test func aClearDifferenceIsSignificantAndNoneIsNot() {
    let metric = TokenErrorRate()
    let (better, worse) = Self.systems(count: 97, gain: 2)
    for resampling in [
      Resampling.bootstrap(resamples: 199, seed: 1),
      .approximateRandomization(trials: 199, seed: 1),
    ] {
      let comparison = metric.compare(better, to: worse, by: resampling)
      #expect(comparison.pValue == 1.0 / 200)
      #expect(comparison.formatted().hasSuffix("(p = 0.0050)*"))
      #expect(comparison.systemScore < comparison.baselineScore)
      // A system is no better than itself, whatever the shares of trials say.
      let same = metric.compare(better, to: better, by: resampling)
      #expect(same.pValue == 1 && same.difference == 0)
      #expect(same.formatted().hasSuffix("(p = 1.0000)"))
    }
  }

  /// The exact share: all ways of exchanging outputs of few sentences.
  @Test func randomizationComesNearTheExactShare() {
    let metric = TokenErrorRate()
    let (differing, others) = Self.systems(count: 12, gain: 1)
    // Sentences on which the systems agree change nothing.
    let (same, _) = Self.systems(count: 70, gain: 0)
    let (system, baseline) = (same + differing, same + others)
    let differences = zip(differing, others).map { $0.editCount - $1.editCount }
    let observed = abs(differences.reduce(0, +))
    let greater = (0..<(1 << 12)).count { signs in
      abs(differences.indices.reduce(0) { $0 + (signs >> $1 & 1 == 1 ? 1 : -1) * differences[$1] })
        > observed
    }
    let exact = Double(greater) / Double(1 << 12)
    #expect(exact > 0.01 && exact < 0.5)
    let trials = 4000
    let found = metric.compare(
      system, to: baseline, by: .approximateRandomization(trials: trials, seed: 9)
    ).pValue
    // Four standard deviations of a share of so many trials.
    #expect(abs(found - exact) < 4 * (exact * (1 - exact) / Double(trials)).squareRoot())
  }

  /// The score is a mean over sentences of equal length here, so its deviation is known.
  @Test func theBootstrapHasTheDeviationOfAMean() {
    let metric = TokenErrorRate()
    let (statistics, _) = Self.systems(count: 211, gain: 0)
    let errors = statistics.map { Double($0.editCount) * 10 }
    let mean = errors.reduce(0, +) / 211
    let variance = errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 211
    let interval = metric.confidenceInterval(of: statistics, resamples: 2000, seed: 3)
    let deviation = (variance / 211).squareRoot()
    #expect(abs(interval.mean - mean) < 0.15 * deviation)
    #expect(abs(interval.halfWidth / (1.96 * deviation) - 1) < 0.1)
  }

  @Test func theSeedDecidesAndSystemsShareTheirResamples() {
    let metric = TokenErrorRate()
    let (system, baseline) = Self.systems(count: 41, gain: 0)
    func compare(_ seed: UInt64) -> PairedComparison {
      metric.compare(system, to: baseline, by: .bootstrap(resamples: 50, seed: seed))
    }
    #expect(compare(1) == compare(1))
    #expect(compare(1) != compare(2))
    #expect(
      compare(1).systemInterval == metric.confidenceInterval(of: system, resamples: 50, seed: 1))
    #expect(
      compare(1).baselineInterval
        == metric.confidenceInterval(of: baseline, resamples: 50, seed: 1))
    // A system that is worse by as much in every sentence differs by as much in every resample.
    let shifted = system.map { rate in
      var rate = rate
      rate.add(hypothesis: [1], references: [[2]])
      rate.add(hypothesis: [1], references: [[2]])
      return rate
    }
    let length = metric.compare(shifted, to: shifted, by: .bootstrap(resamples: 9, seed: 4))
    #expect(length.pValue == 1)
  }

  @Test func oneSentenceAndNone() {
    let metric = TokenErrorRate()
    let (system, baseline) = Self.systems(count: 1, gain: 3)
    let one = metric.compare(system, to: baseline, by: .bootstrap(resamples: 20, seed: 4))
    #expect(one.systemInterval?.halfWidth == 0 && one.systemInterval?.mean == one.systemScore)
    let none = metric.compare([], to: [], by: .bootstrap(resamples: 20, seed: 4))
    #expect(none.pValue == 1 && none.systemScore == 0)
    let few = metric.compare([], to: [], by: .approximateRandomization(trials: 3, seed: 4))
    #expect(few.pValue == 1)
  }

  @Test func linesWithIntervals() {
    let interval = ConfidenceInterval(of: [1, 2, 3, 4])
    #expect(interval.formatted() == "μ = 2.50 ± 1.50")
    let score = ChrF().score(of: ChrF().emptyStatistics)
    #expect(
      score.formatted(decimals: 1, signature: "s", confidence: interval)
        == "chrF2|s = 0.0 (μ = 2.5 ± 1.5)")
    #expect(score.formatted() == "chrF2 = 0.00")
  }
}
