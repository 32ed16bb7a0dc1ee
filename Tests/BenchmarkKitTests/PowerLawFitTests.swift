import BenchmarkKit
import Foundation
import Testing

@Suite struct PowerLawFitTests {
  @Test(arguments: [-1.0, 0, 0.5, 1, 2, 2.81])
  func recoversAnExactLaw(exponent: Double) throws {
    let points = [128.0, 256, 512, 1024, 2048, 4096].map { (x: $0, y: 3e-9 * pow($0, exponent)) }
    let fit = try #require(PowerLawFit(points))
    #expect(abs(fit.exponent - exponent) < 1e-9)
    #expect(abs(fit.coefficient / 3e-9 - 1) < 1e-8)
    #expect(abs(fit(777) / (3e-9 * pow(777, exponent)) - 1) < 1e-8)
    #expect(fit.exponentInterval?.contains(fit.exponent) == true)
    #expect(fit.pointCount == 6)
  }

  /// Three to eight sizes: the t quantile matters most where points are few.
  @Test(arguments: [3, 4, 6, 8])
  func exponentIntervalCoversTheTruth(sizes: Int) throws {
    var normal = Normal(seed: UInt64(100 + sizes))
    let trials = 2000
    var covered = 0
    for _ in 0..<trials {
      let points = (0..<sizes).map { index in
        let x = 64 * pow(2, Double(index))
        return (x: x, y: 1e-6 * pow(x, 1.7) * exp(0.08 * normal.next()))
      }
      let fit = try #require(PowerLawFit(points))
      if fit.exponentInterval?.contains(1.7) == true { covered += 1 }
    }
    let coverage = Double(covered) / Double(trials)
    #expect((0.92...0.98).contains(coverage), "coverage \(coverage)")
  }

  @Test func anIntervalAgainstAWorkedExample() throws {
    // log y = 1, 3, 2, 5 at log x = 0, 1, 2, 3: slope 1.1, residual 2.7, t(0.975, 2) = 4.302653.
    let points = [(0.0, 1.0), (1, 3), (2, 2), (3, 5)].map { (x: exp($0.0), y: exp($0.1)) }
    let fit = try #require(PowerLawFit(points))
    let interval = try #require(fit.exponentInterval)
    let width = 4.302653 * (2.7 / 2 / 5).squareRoot()
    #expect(abs(fit.exponent - 1.1) < 1e-9)
    #expect(abs(interval.lower - (1.1 - width)) < 1e-5)
    #expect(abs(interval.upper - (1.1 + width)) < 1e-5)
    #expect(abs(fit.determination - (1 - 2.7 / 8.75)) < 1e-9)
  }

  @Test func tooFewPointsHaveNoFit() {
    #expect(PowerLawFit([]) == nil)
    #expect(PowerLawFit([(x: 2, y: 3)]) == nil)
    #expect(PowerLawFit([(x: 2, y: 3), (x: 2, y: 4)]) == nil)
    #expect(PowerLawFit([(x: 2, y: 3), (x: 4, y: 0)]) == nil)
    #expect(PowerLawFit([(x: 2, y: 3), (x: 4, y: 6)])?.exponentInterval == nil)
  }

  @Test func fitsEachSeriesApart() throws {
    let results = [(1, 2.0), (2, 1.0)].flatMap { (heads, exponent) in
      [16.0, 32, 64].map { n in
        ContenderResult(
          name: "m", parameters: [SizeParameter("h", heads), SizeParameter("n", n)], samples: [],
          summary: Summary([1e-6 * pow(n, exponent)]))
      }
    }
    let hole = ContenderResult(
      name: "m", parameters: [SizeParameter("h", 1), SizeParameter("n", 128)], samples: [],
      summary: nil,
      hole: "too slow")
    let fits = SeriesFit.fits(of: results + [hole], against: "n")
    try #require(fits.count == 2)
    #expect(fits.map(\.fixed) == [[SizeParameter("h", 1)], [SizeParameter("h", 2)]])
    #expect(abs(fits[0].fit.exponent - 2) < 1e-9)
    #expect(abs(fits[1].fit.exponent - 1) < 1e-9)
    #expect(fits[0].description.hasPrefix("m h=1: time grows as n^2.00 (95 % interval 2.00 to"))
  }

  /// n² + 100 n: nearly a square at the upper end only.
  @Test func fitsTheUpperOctavesOnly() throws {
    let results = [16.0, 64, 256, 512, 724, 1024].map { n in
      ContenderResult(
        name: "m", parameters: [SizeParameter("n", n)], cost: Cost(flops: 7 * n), samples: [],
        summary: Summary([1e-9 * (n * n + 100 * n)]))
    }
    let all = try #require(SeriesFit.fits(of: results, against: "n").first)
    let upper = try #require(SeriesFit.fits(of: results, against: "n", octaves: 2).first)
    #expect(all.fit.pointCount == 6 && upper.fit.pointCount == 4)
    #expect(all.fit.exponent < 1.6 && upper.fit.exponent > 1.75)
    #expect(upper.range == Interval(lower: 256, upper: 1024))
    #expect(upper.description.contains("4 sizes from 256 to 1024"))
    // Half an octave is a size of its own, though 724 is a little less than 1024 / √2.
    #expect(SeriesFit.fits(of: results, against: "n", octaves: 0.5).first?.fit.pointCount == 2)
    let operations = SeriesFit.fits(of: results, against: "n") { $0.cost.flops }
    #expect(abs((operations.first?.fit.exponent ?? 0) - 1) < 1e-9)
  }
}
