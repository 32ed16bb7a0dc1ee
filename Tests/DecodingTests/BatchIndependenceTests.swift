import AttentionKit
import TestSupport
import Testing

/// What else is in a batch, and how many threads work on it, does not change an output.
@Suite struct BatchIndependenceTests {
  private let sources = [[2, 3], [4], [5, 6, 5, 2, 3, 4, 4], [6, 6], [], [3, 2, 5]]
  private let prefixes = [[], [3], [6, 6, 4], [2], [], []]
  private let constraints = DecodingConstraints(
    maximumLength: { $0 + 7 }, minimumLength: 2, blockedNGramLength: 3, repetitionPenalty: 1.1)

  /// All searches over some of the sentences; one n-best list for each sentence and search.
  private func decode(_ chosen: [Int], _ model: some SequenceModel) throws -> [[[Hypothesis]]] {
    let (sources, prefixes) = (chosen.map { self.sources[$0] }, chosen.map { self.prefixes[$0] })
    let greedy = try GreedyDecoder(start: 0, end: 1, constraints: constraints)
      .decode(sources, prefixes: prefixes, with: model)
    let beams = try BeamSearchTests.penalties.map { penalty in
      try BeamSearch(
        start: 0, end: 1, beamSize: 5, resultCount: 5, lengthPenalty: penalty,
        constraints: constraints
      ).decode(sources, prefixes: prefixes, with: model)
    }
    let sampled = try [SamplingDistribution(), .init(topK: 4), .init(topP: 0.8)].map {
      try Sampler(start: 0, end: 1, seed: 4, distribution: $0, constraints: constraints)
        .decode(sources, sentenceNumbers: chosen, prefixes: prefixes, with: model)
    }
    return chosen.indices.map { row in
      [[greedy[row]]] + beams.map { $0[row] } + sampled.map { [$0[row]] }
    }
  }

  /// - Parameter isExact: whether the model itself computes the same bits in any batch.
  private func check(_ model: some SequenceModel, isExact: Bool) throws {
    let together = try decode(Array(sources.indices), model)
    for chosen in [[5, 4, 3, 2, 1, 0], [2, 0], [1, 1, 1, 3]] + sources.indices.map({ [$0] }) {
      for (row, lists) in try decode(chosen, model).enumerated() {
        let expected = together[chosen[row]]
        if isExact {
          #expect(lists == expected)
          continue
        }
        for (list, expected) in zip(lists, expected) {
          #expect(list.map(\.tokens) == expected.map(\.tokens))
          #expect(list.map(\.isFinished) == expected.map(\.isFinished))
          for (a, b) in zip(list, expected) { #expect(abs(a.score - b.score) < 1e-4) }
        }
      }
    }
  }

  @Test func neighboursChangeNoBit() throws {
    for seed in 0..<3 as Range<UInt64> {
      try check(TableModel.random(vocabularySize: 7, seed: seed), isExact: true)
    }
  }

  @Test func neighboursChangeNoTokenOfATransformer() throws {
    try check(TestModels.transformer(vocabularySize: 7, seed: 2), isExact: false)
  }

  @Test func neighboursChangeNoTokenOfAnLSTM() throws {
    try check(TestModels.lstm(vocabularySize: 7, seed: 2), isExact: false)
  }

  @Test func threadsChangeNoBit() throws {
    // Rows long enough for blocks of a few.
    let wide = TableModel.constant((0..<5000).map { Float($0 * 37 % 101) / 50 })
    let model = try TestModels.transformer(vocabularySize: 7, seed: 2)
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    ThreadPool.threadCount = 1
    let alone = (try decode([0, 1, 2, 3], wide), try decode([0, 1, 2, 3], model))
    ThreadPool.threadCount = 3
    #expect(try decode([0, 1, 2, 3], wide) == alone.0)
    #expect(try decode([0, 1, 2, 3], model) == alone.1)
  }
}
