import BenchmarkKit
import Foundation
import Testing

@Suite struct RankComparisonTests {
  @Test func deltaCountsPairs() throws {
    #expect(try #require(RankComparison([1, 2, 3], [4, 5, 6])).delta == 1)
    #expect(try #require(RankComparison([4, 5, 6], [1, 2, 3])).delta == -1)
    #expect(try #require(RankComparison([1, 2], [1, 2])).delta == 0)
    // Of 6 pairs 4 are larger and one is a tie.
    #expect(abs(try #require(RankComparison([1, 2, 5], [2, 6])).delta - (4.5 / 3 - 1)) < 1e-12)
    #expect(RankComparison([], [1]) == nil)
    #expect(RankComparison([1], []) == nil)
  }

  /// All orders of n and m things, counted one by one.
  @Test(arguments: [(1, 1), (2, 3), (4, 4), (5, 3), (1, 6), (6, 5)])
  func probabilityIsThatOfAllOrders(size: (Int, Int)) throws {
    let (n, m) = size
    let positions = (0..<(1 << (n + m))).filter { $0.nonzeroBitCount == n }
    func sets(_ mask: Int) -> (first: [Double], second: [Double]) {
      let all = (0..<(n + m)).map { (Double($0), mask >> $0 & 1 == 1) }
      return (all.filter(\.1).map(\.0), all.filter { !$0.1 }.map(\.0))
    }
    func distance(_ mask: Int) -> Double {
      let (first, second) = sets(mask)
      let pairs = first.reduce(0.0) { sum, x in sum + Double(second.count { $0 > x }) }
      return abs(pairs - Double(n * m) / 2)
    }
    let distances = positions.map(distance)
    for mask in positions.prefix(40) {
      let (first, second) = sets(mask)
      let expected = Double(distances.count { $0 >= distance(mask) }) / Double(positions.count)
      let found = try #require(RankComparison(first, second)).probability
      #expect(abs(found - min(1, expected)) < 1e-12)
    }
    let least = RankComparison.smallestProbability(n, m)
    #expect(abs(least - min(1, 2 / Double(positions.count))) < 1e-12)
  }

  /// Beyond the exact table the normal distribution takes over without a step.
  @Test func manySamplesAreApproximatedWell() throws {
    func probability(_ count: Int) throws -> Double {
      // The second is shifted by the same share of the spread.
      let first = (0..<count).map { Double($0) / Double(count) }
      let shift = 0.33 / Double(count).squareRoot() * 7
      return try #require(RankComparison(first, first.map { $0 + shift * 0.3 })).probability
    }
    let (exact, approximate) = (try probability(50), try probability(51))
    #expect(abs(exact / approximate - 1) < 0.15, "\(exact) \(approximate)")
    #expect(exact < 0.2 && exact > 1e-4)
  }

  @Test func tiesAreNoEvidence() throws {
    #expect(try #require(RankComparison([3, 3, 3, 3, 3], [3, 3, 3, 3, 3])).probability == 1)
    let many = [Double](repeating: 2, count: 80)
    #expect(try #require(RankComparison(many, many)).probability == 1)
  }

  /// Without any difference the test speaks up as rarely as it says.
  @Test(arguments: [7, 10, 60])
  func falseAlarmsAreAsRareAsPromised(samples: Int) throws {
    var normal = Normal(seed: UInt64(samples))
    let trials = 2000
    let alarms = try (0..<trials).count { _ in
      let sets = (0..<2).map { _ in (0..<samples).map { _ in 1 + exp(0.5 * normal.next()) } }
      return try #require(RankComparison(sets[0], sets[1])).probability <= 0.05
    }
    let rate = Double(alarms) / Double(trials)
    #expect(rate > 0.03 && rate < 0.06, "rate \(rate)")
  }
}
