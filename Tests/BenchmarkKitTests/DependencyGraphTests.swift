import BenchmarkKit
import Testing

/// The graphs of the paper's Table 1 have the steps and the paths that it says.
@Suite struct DependencyGraphTests {
  /// Positions at most `radius` away.
  private func window(_ count: Int, _ radius: Int) -> [[Int]] {
    (0..<count).map { position in (0..<count).filter { abs($0 - position) <= radius } }
  }

  private func none(_ count: Int) -> [[Int]] { Array(repeating: [], count: count) }

  @Test(arguments: [1, 2, 7, 32])
  func selfAttentionIsOneStepAway(_ count: Int) throws {
    let graph = try #require(
      DependencyGraph(inputs: window(count, count), units: none(count)))
    #expect(graph.sequentialSteps == 1)
    #expect(graph.longestPath == 1)
  }

  @Test(arguments: [1, 2, 7, 32])
  func recurrenceIsAsLongAsTheSequence(_ count: Int) throws {
    let graph = try #require(
      DependencyGraph(
        inputs: (0..<count).map { [$0] }, units: (0..<count).map { $0 == 0 ? [] : [$0 - 1] }))
    #expect(graph.sequentialSteps == count)
    #expect(graph.longestPath == count)
  }

  @Test(arguments: [(9, 1, 8), (9, 2, 4), (10, 2, 5), (10, 3, 3), (11, 3, 4), (1, 2, 1), (3, 0, 1)])
  func windowsTakeAsManyLayersAsTheyFitIntoTheSequence(_ test: (Int, Int, Int)) throws {
    let (count, radius, path) = test
    let graph = try #require(
      DependencyGraph(inputs: window(count, radius), units: none(count)))
    #expect(graph.sequentialSteps == 1)
    #expect(graph.longestPath == path)
  }

  /// A unit that skips some of those before it: 0 → 2 → 4 and 1 → 3.
  @Test func theLongestChainCounts() throws {
    let graph = try #require(
      DependencyGraph(
        inputs: [[0], [1], [2], [3], [4]], units: [[], [], [0], [1], [2]]))
    #expect(graph.sequentialSteps == 3)
    #expect(graph.longestPath == 3)
  }

  @Test func emptyAndWrongGraphs() {
    let empty = DependencyGraph(inputs: [], units: [])
    #expect(empty?.sequentialSteps == 0 && empty?.longestPath == 0)
    #expect(DependencyGraph(inputs: [[0]], units: []) == nil)
    #expect(DependencyGraph(inputs: [[1]], units: [[]]) == nil)
    #expect(DependencyGraph(inputs: [[0]], units: [[0]]) == nil)
    #expect(DependencyGraph(inputs: [[0], [1]], units: [[], [-1]]) == nil)
  }
}
