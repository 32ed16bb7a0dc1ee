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
    let exhaustive = ExhaustiveSearch(
      start: 0, end: 1, limit: limit, penalty: penalty, minimumLength: minimumLength)
    let all = try exhaustive.results { target in
      let logits = try model.logits(TokenBatch([source]), TokenBatch([target]), in: .inference())
      return Array(logits.value.scalars.suffix(model.targetVocabularySize))
    }
    for places in BeamSearch.Places.allCases {
      let search = BeamSearch(
        start: 0, end: 1, beamSize: size, resultCount: resultCount, lengthPenalty: penalty,
        places: places,
        constraints: .init(maximumLength: { _ in limit }, minimumLength: minimumLength))
      let found = try search.decode([source], with: model)[0]
      #expect(found.count == min(resultCount, all.count))
      for (found, expected) in zip(found, all) {
        #expect(found.tokens == expected.tokens, "\(penalty) \(places)")
        #expect(found.isFinished == expected.isFinished)
        #expect(abs(Double(found.score) - expected.score) < 1e-4)
        #expect(abs(Double(found.normalizedScore) - expected.normalized) < 1e-4)
      }
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
    let model = try TestModels.lstm(vocabularySize: 4, seed: 8)
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

  /// Beam search of one sentence as one would explain it: everything sorted, nothing stopped early.
  private func plainBeam(
    _ model: TableModel, _ source: [Int], size: Int, limit: Int, penalty: LengthPenalty
  ) -> [(tokens: [Int], isFinished: Bool, normalized: Double)] {
    typealias Entry = (tokens: [Int], total: Double)
    var live: [Entry] = [([], 0)]
    var (finished, unfinished): ([Entry], [Entry]) = ([], [])
    while !live.isEmpty {
      var all: [Entry] = []
      for entry in live {
        let logits = model.table(source, [0] + entry.tokens).map(Double.init)
        for (token, probability) in Oracle.softmax(logits, columns: logits.count).enumerated() {
          all.append((entry.tokens + [token], entry.total + log(probability)))
        }
      }
      let chosen = all.sorted { $0.total > $1.total }.prefix(size - finished.count)
      finished += chosen.filter { $0.tokens.last == 1 }
      live = chosen.filter { $0.tokens.last != 1 }
      if live.first?.tokens.count == limit { (unfinished, live) = (live, []) }
    }
    func ranked(_ entries: [Entry], _ isFinished: Bool) -> [([Int], Bool, Double)] {
      entries.map {
        (
          isFinished ? $0.tokens.dropLast() : $0.tokens, isFinished,
          penalty.normalized($0.total, length: $0.tokens.count)
        )
      }.sorted { $0.2 > $1.2 }
    }
    return ranked(finished, true) + ranked(unfinished, false)
  }

  @Test(arguments: penalties) func aNarrowBeamIsThePlainOne(_ penalty: LengthPenalty) throws {
    for (seed, size) in [(1, 2), (2, 3), (3, 5), (4, 5), (5, 8), (6, 40)] as [(UInt64, Int)] {
      // Longer than a vector register, and no multiple of one.
      let table = TableModel.random(vocabularySize: 37, seed: seed, deviation: 2).table
      let model = TableModel(vocabularySize: 37) { source, target in
        var logits = table(source, target)
        logits[1] += 2  // so that some end
        return logits
      }
      let expected = plainBeam(model, [2], size: size, limit: 12, penalty: penalty)
      for resultCount in [1, 2, size] {
        let search = BeamSearch(
          start: 0, end: 1, beamSize: size, resultCount: resultCount, lengthPenalty: penalty,
          constraints: .init(maximumLength: { _ in 12 }))
        let found = try search.decode([[2]], with: model)[0]
        #expect(found.map(\.tokens) == expected.prefix(resultCount).map(\.tokens))
        #expect(found.map(\.isFinished) == expected.prefix(resultCount).map(\.isFinished))
        for (found, expected) in zip(found, expected) {
          #expect(abs(Double(found.normalizedScore) - expected.normalized) < 1e-4)
        }
      }
    }
  }

  @Test(arguments: penalties) func theListIsRankedAndItsNumbersBelongTogether(
    _ penalty: LengthPenalty
  ) throws {
    let model = TableModel.random(vocabularySize: 9, seed: 4)
    let search = BeamSearch(
      start: 0, end: 1, beamSize: 6, resultCount: 6, lengthPenalty: penalty,
      constraints: .init(maximumLength: { _ in 7 }))
    for list in try search.decode([[2], [3, 4], [5, 5, 5]], with: model) {
      #expect(list.count == 6)
      let finished = list.filter(\.isFinished)
      #expect(list.prefix(finished.count).allSatisfy { $0.isFinished })
      for part in [finished, list.filter { !$0.isFinished }] {
        #expect(part.map(\.normalizedScore) == part.map(\.normalizedScore).sorted(by: >))
      }
      for hypothesis in list {
        let length = hypothesis.tokens.count + (hypothesis.isFinished ? 1 : 0)
        #expect(hypothesis.logProbabilities.count == length)
        #expect(!hypothesis.tokens.contains(1))
        let sum = hypothesis.logProbabilities.reduce(0) { $0 + Double($1) }
        #expect(abs(Double(hypothesis.score) - sum) < 1e-5)
        #expect(
          abs(Double(hypothesis.normalizedScore) - penalty.normalized(sum, length: length)) < 1e-5)
      }
    }
  }

  @Test func penaltiesAreTheirFormulas() {
    #expect(LengthPenalty.none.normalized(-6, length: 4) == -6)
    #expect(LengthPenalty.average.normalized(-6, length: 4) == -1.5)
    #expect(LengthPenalty.paper(alpha: 1).normalized(-6, length: 4) == -4)
    #expect(abs(LengthPenalty.paper().divisor(length: 7) - 1.5157165665103982) < 1e-12)
    #expect(LengthPenalty.paper().divisor(length: 1) == 1)
    #expect(LengthPenalty.average.normalized(0, length: 0) == 0)
  }

  @Test func equalHypothesesComeInTheOrderOfTheirTokens() throws {
    let model = TableModel.constant([0, 0, 0, 0, 0])
    let search = BeamSearch(
      start: 0, end: 1, beamSize: 4, resultCount: 4, lengthPenalty: .average,
      constraints: .init(maximumLength: { _ in 2 }))
    let list = try search.decode([[2]], with: model)[0]
    // First step: 0, the end, 2, 3. Second: 00, 0 and the end, 02.
    #expect(list.map(\.tokens) == [[], [0], [0, 0], [0, 2]])
    #expect(list.map(\.isFinished) == [true, true, false, false])
  }
}
