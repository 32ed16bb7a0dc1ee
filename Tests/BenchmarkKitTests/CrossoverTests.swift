import BenchmarkKit
import Foundation
import Testing

@Suite struct CrossoverTests {
  private func points(noise: Double, sizes: [Double], samples: Int = 11) -> [Crossover.Point] {
    var normal = Normal(seed: 3)
    func times(_ median: Double) -> [Double] {
      (0..<samples).map { _ in median * exp(noise * normal.next()) }
    }
    // x² / 300 and x cross at 300.
    return sizes.map { x in Crossover.Point(x: x, first: times(x * x / 300), second: times(x)) }
  }

  @Test func findsWherePowersMeet() throws {
    let found = try #require(
      Crossover(points(noise: 0, sizes: [1024, 64, 128, 512, 256]), seed: 1))
    #expect(abs(found.x - 300) < 1e-6)
    let interval = try #require(found.interval)
    #expect(abs(interval.lower - 300) < 1e-6 && abs(interval.upper - 300) < 1e-6)
  }

  @Test func noiseWidensTheInterval() throws {
    let found = try #require(
      Crossover(points(noise: 0.1, sizes: [64, 128, 256, 512]), seed: 1))
    let interval = try #require(found.interval)
    #expect(interval.contains(found.x) && interval.contains(300))
    #expect(interval.upper - interval.lower > 5 && interval.upper - interval.lower < 90)
    #expect(Crossover(points(noise: 0.1, sizes: [64, 128, 256, 512]), seed: 1) == found)
  }

  /// Ten samples of each size, as many as `bench` takes at the least.
  @Test(arguments: [0.02, 0.1])
  func theIntervalCoversTheTruth(noise: Double) {
    var normal = Normal(seed: 17)
    func times(_ median: Double) -> [Double] {
      (0..<10).map { _ in median * (0.9 + 0.1 * exp(noise * 10 * normal.next())) }
    }
    let trials = 300
    let covered = (0..<trials).count { trial in
      let points = [128.0, 256, 512, 1024].map { x in
        // 2 x² and 600 x meet at 300.
        Crossover.Point(x: x, first: times(2 * x * x), second: times(600 * x))
      }
      return Crossover(points, resamples: 200, seed: UInt64(trial))?.interval?.contains(300) == true
    }
    let coverage = Double(covered) / Double(trials)
    #expect((0.92...0.985).contains(coverage), "coverage \(coverage)")
  }

  /// A crossing that one resample in three does not see has no interval.
  @Test func anUncertainCrossingHasNoInterval() throws {
    let found = try #require(
      Crossover(
        [
          Crossover.Point(x: 200, first: [0.5], second: [1]),
          Crossover.Point(x: 303, first: [0.9, 0.95, 1.02, 1.05, 1.1], second: [1]),
        ], seed: 5))
    #expect(found.x > 200 && found.x < 303)
    #expect(found.interval == nil)
  }

  @Test func noCrossingIsNone() {
    #expect(Crossover([], seed: 1) == nil)
    #expect(Crossover(points(noise: 0, sizes: [64, 128, 256]), seed: 1) == nil)
    #expect(Crossover(points(noise: 0, sizes: [512, 1024]), seed: 1) == nil)
    #expect(Crossover([Crossover.Point(x: 1, first: [], second: [1])], seed: 1) == nil)
    // Dearer in the middle only: the last crossing is the one that counts.
    let ratios = [(1.0, 0.5), (2, 2), (4, 0.5), (8, 2)]
    let found = Crossover(
      ratios.map { Crossover.Point(x: $0.0, first: [$0.1], second: [1]) }, seed: 1)
    #expect(abs((found?.x ?? 0) - 32.0.squareRoot()) < 1e-9)
  }
}
