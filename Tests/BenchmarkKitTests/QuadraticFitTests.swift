import BenchmarkKit
import Foundation
import Testing

@Suite struct QuadraticFitTests {
  private let sizes = [64.0, 128, 256, 512, 1024, 2048, 4096]

  private func points(
    _ a: Double, _ b: Double, _ c: Double, noise: Double = 0, seed: UInt64 = 1
  ) -> [(x: Double, y: Double)] {
    var normal = Normal(seed: seed)
    return sizes.map { x in
      (x: x, y: (a * x * x + b * x + c) * (1 + noise * normal.next()))
    }
  }

  @Test(arguments: [
    (3e-10, 4e-7, 5e-6), (3e-10, 0, 0), (0, 4e-7, 0), (0, 0, 5e-6), (0, 4e-7, 5e-6),
    (1e-9, 0, 5e-6),
  ])
  func recoversAnExactLaw(law: (Double, Double, Double)) throws {
    let fit = try #require(QuadraticFit(points(law.0, law.1, law.2)))
    let total = fit(1024)
    #expect(abs(total / (law.0 * 1024 * 1024 + law.1 * 1024 + law.2) - 1) < 1e-9)
    #expect(abs(fit.quadratic.value - law.0) * 1024 * 1024 < 1e-8 * total)
    #expect(abs(fit.linear.value - law.1) * 1024 < 1e-8 * total)
    #expect(abs(fit.constant.value - law.2) < 1e-8 * total)
    #expect(fit.relativeError < 1e-9)
    let shares = fit.shares(at: 300)
    #expect(abs(shares.quadratic + shares.linear + shares.constant - 1) < 1e-12)
    #expect(fit.pointCount == 7)
  }

  @Test func saysWhereThePartsAreEqual() throws {
    let fit = try #require(QuadraticFit(points(2e-9, 1e-6, 0)))
    #expect(abs(try #require(fit.balance) - 500) < 1e-3)
    let shares = fit.shares(at: 500)
    #expect(abs(shares.quadratic - 0.5) < 1e-6 && abs(shares.linear - 0.5) < 1e-6)
    #expect(try #require(QuadraticFit(points(0, 1e-6, 0))).balance == nil)
  }

  /// Points that bend downwards: the best curve would have a negative part.
  @Test func noPartIsNegative() throws {
    let fit = try #require(QuadraticFit(sizes.map { (x: $0, y: 1e-6 * $0.squareRoot()) }))
    #expect(fit.quadratic.value == 0)
    #expect(fit.linear.value > 0 && fit.constant.value > 0)
    for part in [fit.quadratic, fit.linear, fit.constant] {
      #expect(part.interval.map { $0.lower >= 0 && $0.contains(part.value) } == true)
    }
    // Of all curves without negative parts it is the best: moving any part makes it worse.
    func error(_ a: Double, _ b: Double, _ c: Double) -> Double {
      sizes.reduce(0) { sum, x in
        let relative = (a * x * x + b * x + c) / (1e-6 * x.squareRoot()) - 1
        return sum + relative * relative
      }
    }
    let (b, c) = (fit.linear.value, fit.constant.value)
    let best = error(0, b, c)
    #expect(abs(best - fit.relativeError * fit.relativeError * 7) < 1e-9)
    for (da, db, dc) in [
      (1e-12, 0, 0), (0, 0.01, 0), (0, -0.01, 0), (0, 0, 0.01), (0, 0, -0.01), (0, 0.01, -0.01),
    ] {
      #expect(error(da, b * (1 + db), c * (1 + dc)) > best)
    }
  }

  /// A short size counts as much as a long one, although its time is a thousand times smaller.
  @Test func errorsAreRelative() throws {
    let exact = points(1e-9, 0, 1e-5)
    var shifted = exact
    shifted[0].y *= 1.2
    let fit = try #require(QuadraticFit(shifted))
    #expect(fit.constant.value > 1.05e-5)
  }

  @Test(arguments: [(3e-10, 4e-7, 2e-5), (3e-10, 4e-7, 0), (0, 4e-7, 2e-5), (3e-10, 0, 2e-5)])
  func intervalsCoverTheTruth(law: (Double, Double, Double)) throws {
    let trials = 60
    var covered = [0, 0, 0]
    for trial in 0..<trials {
      let fit = try #require(
        QuadraticFit(points(law.0, law.1, law.2, noise: 0.05, seed: UInt64(trial))))
      let parts = [(fit.quadratic, law.0), (fit.linear, law.1), (fit.constant, law.2)]
      for (index, (part, truth)) in parts.enumerated()
      where part.interval?.contains(truth) == true { covered[index] += 1 }
    }
    let hasZero = law.0 == 0 || law.1 == 0 || law.2 == 0
    for count in covered {
      let coverage = Double(count) / Double(trials)
      // Where the truth is at the limit, misses beyond it cannot happen, of this part or of what it trades with.
      #expect(coverage > 0.92 && coverage < (hasZero ? 1.01 : 0.985), "coverage \(coverage)")
    }
  }

  @Test func noiseWidensTheIntervals() throws {
    func width(_ noise: Double) throws -> Double {
      let fit = try #require(QuadraticFit(points(3e-10, 4e-7, 2e-5, noise: noise, seed: 4)))
      let interval = try #require(fit.linear.interval)
      return interval.upper - interval.lower
    }
    #expect(try width(0.05) > 2 * width(0.01))
  }

  @Test func tooFewPoints() throws {
    #expect(QuadraticFit([]) == nil)
    #expect(QuadraticFit([(x: 1, y: 1)]) == nil)
    #expect(QuadraticFit([(x: 1, y: 1), (x: 2, y: 2), (x: 2, y: 3), (x: 1, y: 2)]) == nil)
    #expect(QuadraticFit([(x: 1, y: 1), (x: 2, y: 2), (x: 0, y: 3)]) == nil)
    #expect(QuadraticFit([(x: 1, y: 1), (x: 2, y: 2), (x: 3, y: .infinity)]) == nil)
    let three = try #require(QuadraticFit(Array(points(1e-9, 1e-6, 1e-5).prefix(3))))
    #expect(three.quadratic.interval == nil && three.relativeError < 1e-9)
  }

  @Test func lawIsReadable() throws {
    let fit = try #require(QuadraticFit(points(1.5e-11, 2.5e-8, 0)))
    #expect(fit.law(of: "n").hasPrefix("15.0 ps n² + 25.0 ns n"))
    #expect(Format.time(0) == "0.00 ns")
    #expect(Format.time(0.9996e-9) == "1.00 ns")
  }
}
