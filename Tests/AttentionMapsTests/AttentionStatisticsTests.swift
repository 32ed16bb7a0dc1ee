import AttentionMaps
import Foundation
import Testing

@Suite struct AttentionStatisticsTests {
  private func statistics(_ rows: [[Float]], _ kind: LabeledAttentionMap.Kind = .cross) throws
    -> AttentionStatistics?
  {
    try LabeledAttentionMap(
      kind: kind, layer: 0, head: 0, queries: rows.indices.map { "q\($0)" },
      keys: (rows.first ?? []).indices.map { "k\($0)" }, rows: rows
    ).statistics
  }

  private func isClose(_ a: Double?, _ b: Double) -> Bool { a.map { abs($0 - b) < 1e-6 } ?? false }

  @Test func uniformRowsAreAsSpreadAsCanBe() throws {
    let all = try #require(
      try statistics([[Float]](repeating: [0.2, 0.2, 0.2, 0.2, 0.2], count: 5)))
    #expect(isClose(all.entropy, log(5)))
    #expect(isClose(all.normalizedEntropy, 1))
    #expect(isClose(all.confidence, 0.2))
    // Distances of 0...4 from each place: 10, 7, 6, 7, 10 fifths; the farthest are 4, 3, 2, 3, 4.
    #expect(isClose(all.meanDistance, 40.0 / 25))
    let shares: [Double] = [10 / 4, 7 / 3, 6 / 2, 7 / 3, 10 / 4]
    #expect(isClose(all.diagonality, 1 - shares.reduce(0, +) / 25))
  }

  @Test func oneKeyIsNoEntropyAndFullConfidence() throws {
    let diagonal = try #require(try statistics([[1, 0, 0], [0, 1, 0], [0, 0, 1]]))
    #expect(diagonal.entropy == 0)
    #expect(diagonal.normalizedEntropy == 0)
    #expect(diagonal.confidence == 1)
    #expect(diagonal.meanDistance == 0)
    #expect(diagonal.diagonality == 1)
    let reversed = try #require(try statistics([[0, 0, 1], [0, 1, 0], [1, 0, 0]]))
    #expect(isClose(reversed.meanDistance, 4.0 / 3))
    #expect(isClose(reversed.diagonality, 1.0 / 3))
    let previous = try #require(try statistics([[1, 0, 0], [1, 0, 0], [0, 1, 0]], .encoderSelf))
    #expect(isClose(previous.meanDistance, 2.0 / 3))
  }

  @Test func theDiagonalJoinsTheEndsOfUnequalLengths() throws {
    // Three queries among five keys stand at 0, 2 and 4.
    let rows: [[Float]] = [[1, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 1]]
    #expect(try #require(try statistics(rows)).diagonality == 1)
    // One query stands in the middle.
    let single = try #require(try statistics([[1, 0, 0]]))
    #expect(single.meanDistance == 1 && single.diagonality == 0)
    let one = try #require(try statistics([[1]]))
    #expect(one.meanDistance == 0 && one.diagonality == 1 && one.normalizedEntropy == nil)
  }

  @Test func causalRowsHaveTheKeysUpToThemselves() throws {
    let rows: [[Float]] = [[1, 0, 0], [0.5, 0.5, 0], [0.5, 0.5, 0]]
    let causal = try #require(try statistics(rows, .decoderSelf))
    // The first query has no choice; the second is uniform over two, the third over two of three.
    #expect(isClose(causal.normalizedEntropy, (1 + log(2) / log(3)) / 2))
    #expect(isClose(causal.entropy, 2 * log(2) / 3))
    let free = try #require(try statistics(rows, .encoderSelf))
    #expect(isClose(free.normalizedEntropy, 2 * log(2) / log(3) / 3))
    // A step with a cache: one query that sees all keys.
    let cached = try #require(try statistics([[0.5, 0.5, 0]], .decoderSelf))
    #expect(isClose(cached.normalizedEntropy, log(2) / log(3)))
  }

  @Test func rowsWithoutWeightAreLeftOutAndOthersNormalized() throws {
    let some = try #require(try statistics([[0, 0], [3, 1]]))
    #expect(isClose(some.confidence, 0.75))
    #expect(isClose(some.entropy, -(0.75 * log(0.75) + 0.25 * log(0.25))))
    #expect(try statistics([[0, 0], [0, 0]]) == nil)
    #expect(try statistics([]) == nil)
    #expect(try statistics([[], []]) == nil)
  }

  @Test func theTableHasALineForEachMap() throws {
    let set = try AttentionMapSet([
      LabeledAttentionMap(
        kind: .cross, layer: 0, head: 11, queries: ["a"], keys: ["x", "y"], weights: [1, 0]),
      LabeledAttentionMap(
        kind: .cross, layer: 1, head: nil, queries: ["a"], keys: ["x", "y"], weights: [0, 0]),
    ])
    let table = set.statisticsTable.split(separator: "\n").map {
      $0.split(separator: " ").map(String.init)
    }
    #expect(
      table == [
        [
          "kind", "layer", "head", "entropy", "normalized", "distance", "confidence", "diagonality",
        ],
        ["cross", "0", "11", "0.000", "0.000", "0.500", "1.000", "0.000"],
        ["cross", "1", "mean", "-", "-", "-", "-", "-"],
      ])
    #expect(Set(set.statisticsTable.split(separator: "\n").map(\.count)).count == 1)
  }
}
