import AttentionKit
import Foundation
import TestSupport
import Testing

/// Beam search against greedy and exhaustive search.
@Suite struct BeamSearchTests {
  static let penalties: [LengthPenalty] = [
    .none, .average, .paper(), .paper(alpha: 2), .paper(alpha: -0.7),
  ]

  /// Expects the n-best list of a beam as large as the number of sequences to be that of all sequences.
  private func expectExhaustive(
    _ model: some SequenceModel, source: [Int], limit: Int, penalty: LengthPenalty,
    resultCount: Int, minimumLength: Int = 0
  ) throws {
    let size = 1 << 14
    let search = BeamSearch(
      start: 0, end: 1, beamSize: size, resultCount: resultCount, lengthPenalty: penalty,
      constraints: .init(maximumLength: { _ in limit }, minimumLength: minimumLength))
    let found = try search.decode([source], with: model)[0]
    let exhaustive = ExhaustiveSearch(
      start: 0, end: 1, limit: limit, penalty: penalty, minimumLength: minimumLength)
    let all = try exhaustive.results { target in
      let logits = try model.logits(TokenBatch([source]), TokenBatch([target]), in: .inference())
      return Array(logits.value.scalars.suffix(model.targetVocabularySize))
    }
    #expect(found.count == min(resultCount, all.count))
    for (found, expected) in zip(found, all) {
      #expect(found.tokens == expected.tokens, "\(penalty)")
      #expect(found.isFinished == expected.isFinished)
      #expect(abs(Double(found.score) - expected.score) < 1e-4)
      #expect(abs(Double(found.normalizedScore) - expected.normalized) < 1e-4)
    }
  }

  @Test(arguments: penalties) func aLargeBeamIsExhaustive(_ penalty: LengthPenalty) throws {
    for seed in 0..<6 as Range<UInt64> {
      let model = TableModel.random(vocabularySize: 4, seed: seed)
      for resultCount in [1, 2, 7] {
        try expectExhaustive(
          model, source: [2], limit: 5, penalty: penalty, resultCount: resultCount)
      }
      try expectExhaustive(
        model, source: [2], limit: 4, penalty: penalty, resultCount: 200, minimumLength: 2)
    }
  }

  @Test(arguments: penalties) func aLargeBeamIsExhaustiveForATransformer(
    _ penalty: LengthPenalty
  ) throws {
    let model = try TestModels.transformer(vocabularySize: 4, seed: 8)
    try expectExhaustive(model, source: [2, 3, 3], limit: 4, penalty: penalty, resultCount: 5)
  }

  @Test(arguments: penalties) func aLargeBeamIsExhaustiveForAnLSTM(_ penalty: LengthPenalty) throws
  {
    let model = TestModels.lstm(vocabularySize: 4, seed: 8)
    try expectExhaustive(model, source: [2, 3, 3], limit: 4, penalty: penalty, resultCount: 5)
  }

  @Test(arguments: penalties) func beamOneIsGreedy(_ penalty: LengthPenalty) throws {
    func check(_ model: some SequenceModel, _ sources: [[Int]]) throws {
      for constraints in [
        DecodingConstraints(maximumLength: { _ in 6 }),
        DecodingConstraints(
          maximumLength: { _ in 9 }, minimumLength: 3, blockedNGramLength: 2,
          repetitionPenalty: 1.3, forbiddenTokens: [4]),
      ] {
        let beam = BeamSearch(
          start: 0, end: 1, beamSize: 1, lengthPenalty: penalty, constraints: constraints)
        let greedy = GreedyDecoder(start: 0, end: 1, constraints: constraints)
        for (best, expected) in zip(
          try beam.decode(sources, with: model), try greedy.decode(sources, with: model))
        {
          #expect(best.count == 1)
          #expect(best[0].tokens == expected.tokens)
          #expect(best[0].logProbabilities == expected.logProbabilities)
          #expect(best[0].isFinished == expected.isFinished)
          #expect(best[0].score == expected.score)
        }
      }
    }
    let sources = [[2, 3], [4], [5, 6, 5, 2, 3], [], [6, 6]]
    for seed in 0..<10 as Range<UInt64> {
      try check(TableModel.random(vocabularySize: 7, seed: seed), sources)
    }
    try check(TestModels.transformer(vocabularySize: 7, seed: 2), sources)
    try check(TestModels.lstm(vocabularySize: 7, seed: 2), sources)
  }
}
