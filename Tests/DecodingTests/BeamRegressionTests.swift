import AttentionKit
import Foundation
import TestSupport
import Testing

/// Mistakes that beam searches of other libraries were shipped with, each a test.
@Suite struct BeamRegressionTests {
  private func search(
    _ size: Int, _ penalty: LengthPenalty, limit: Int = 10, results: Int = 1
  ) -> BeamSearch {
    BeamSearch(
      start: 0, end: 1, beamSize: size, resultCount: results, lengthPenalty: penalty,
      constraints: .init(maximumLength: { _ in limit }))
  }

  /// After the start: the end 0.5, token 2 0.3, token 3 0.2. After 2: nothing but 2s up to five of them, then
  /// the end. After 3: the end.
  private let late = TableModel(vocabularySize: 4) { _, target in
    switch target.count {
    case 1: [-.infinity, log(0.5), log(0.3), log(0.2)]
    case ..<6 where target.last == 2: [-.infinity, -.infinity, 0, -.infinity]
    default: [-.infinity, 0, -.infinity, -.infinity]
    }
  }

  @Test func theFirstEndDoesNotStopTheSearch() throws {
    // log 0.5 / 1 = -0.69 has ended, log 0.3 / 6 = -0.20 will come.
    let best = try search(3, .average).decode([[2]], with: late)[0][0]
    #expect(best.tokens == [2, 2, 2, 2, 2])
    #expect(best.isFinished)
    #expect(abs(best.normalizedScore - Float(log(0.3) / 6)) < 1e-6)
  }

  @Test func aLiveScoreAtItsPresentLengthDoesNotStopTheSearch() throws {
    // After one step the live average, log 0.3 / 1, is below that of what has ended; so it is with the
    // paper's penalty until it has ended.
    let best = try search(2, .paper(alpha: 1)).decode([[2]], with: late)[0][0]
    #expect(best.tokens == [2, 2, 2, 2, 2])
  }

  @Test func theShortestIsNotReturnedWhenLengthIsAccountedFor() throws {
    #expect(try search(3, .none).decode([[2]], with: late)[0][0].tokens == [])
    for penalty in [LengthPenalty.average, .paper(alpha: 1)] {
      #expect(try search(3, penalty).decode([[2]], with: late)[0][0].tokens.count == 5)
    }
  }

  @Test func totalsAreNotComparedWithNormalisedScores() throws {
    // A live total, log 0.2 - 0, is below every average; compared with one it would be thrown away.
    let list = try search(3, .average, results: 3).decode([[2]], with: late)[0]
    #expect(list.map(\.tokens) == [[2, 2, 2, 2, 2], [], [3]])
    let expected = [log(0.3) / 6, log(0.5), log(0.2) / 2].sorted(by: >)
    for (found, expected) in zip(list, expected.map(Float.init)) {
      #expect(abs(found.normalizedScore - expected) < 1e-6)
    }
  }

  @Test func theEndTokenCountsInTheLengthOnce() throws {
    // p = 0.5 each time: both penalties see |Y| = tokens + 1 for a finished one, tokens for another.
    let model = TableModel.constant([-.infinity, 0, 0])
    let list = try search(4, .average, limit: 3, results: 4).decode([[2]], with: model)[0]
    #expect(list.map(\.isFinished) == [true, true, true, false])
    for hypothesis in list { #expect(abs(hypothesis.normalizedScore - Float(log(0.5))) < 1e-6) }
    #expect(list.map(\.tokens.count) == [0, 1, 2, 3])
  }

  @Test func theSearchStopsWhenNothingCanBeBetter() throws {
    // The end has nearly all the probability, so further steps can gain nothing.
    let model = TableModel.constant([0, 9, 0, 0, 0])
    for penalty in [LengthPenalty.none, .paper()] {
      let before = model.counter.steps
      let limited = search(4, penalty, limit: 500)
      #expect(try limited.decode([[2]], with: model)[0][0].tokens == [])
      #expect(model.counter.steps - before < 20)
    }
  }

  @Test func theFirstStepGivesNoDuplicates() throws {
    for seed in 0..<5 as Range<UInt64> {
      let model = TableModel.random(vocabularySize: 6, seed: seed)
      let list = try search(5, .paper(), limit: 4, results: 5).decode([[2]], with: model)[0]
      #expect(list.count == 5)
      #expect(Set(list.map { $0.tokens + [$0.isFinished ? 1 : 0] }).count == 5)
    }
  }

  @Test func impossibleTokensNeverEnterTheBeam() throws {
    // Two outputs are possible: a 2 and the end, a 3 and the end.
    let model = TableModel(vocabularySize: 5) { _, target in
      let none = -Float.infinity
      return target.count == 1 ? [none, none, 0, 0, none] : [none, 0, none, none, none]
    }
    for penalty in BeamSearchTests.penalties {
      let list = try search(4, penalty, results: 4).decode([[2]], with: model)[0]
      #expect(list.map(\.tokens) == [[2], [3]])
      #expect(list.allSatisfy { $0.score.isFinite && $0.isFinished })
    }
  }

  @Test func anUnfinishedOutputDoesNotPassFinishedOnes() throws {
    // The unfinished one has a score of nearly 0.
    let model = TableModel.constant([-9, 0, 9, -9])
    let list = try search(3, .none, limit: 6, results: 2).decode([[2]], with: model)[0]
    #expect(list[0].isFinished && list[1].isFinished)
    // It is all there is when nothing has ended.
    let endless = TableModel.constant([0, -.infinity, 9, 0])
    let unfinished = try search(3, .none, limit: 6).decode([[2]], with: endless)[0]
    #expect(unfinished.count == 1 && !unfinished[0].isFinished)
    #expect(unfinished[0].tokens == Array(repeating: 2, count: 6))
  }

  @Test func prefixesAreNotRunAgainAndFinishedSentencesCostNothing() throws {
    let model = TableModel.random(vocabularySize: 5, seed: 3)
    let sources = [[2], [3, 3], [4, 2, 4]]
    let outputs = try GreedyDecoder(start: 0, end: 1, maximumLength: { _ in 20 })
      .decode(sources, with: model)
    #expect(model.counter.rows == outputs.reduce(0) { $0 + $1.logProbabilities.count })
    #expect(model.counter.steps == outputs.map(\.logProbabilities.count).max())

    let before = model.counter.rows
    let list = try search(4, .none, limit: 20, results: 4).decode([[2]], with: model)[0]
    // The first step has one hypothesis; finished ones give their places back.
    #expect(model.counter.rows - before < 4 * (list.map(\.logProbabilities.count).max() ?? 0))
  }

  /// By mean log-probability the third output to end is the best; a search that stops at two does not see it.
  @Test func stoppingAtEnoughEndsLosesABetterOne() throws {
    let model = TableModel(vocabularySize: 4) { _, target in
      target.count < 3 ? [-99, 0, 0, -99] : [-99, 0, -99, -99]
    }
    func best(_ stopping: BeamSearch.Stopping) throws -> (tokens: [Int], steps: Int) {
      let before = model.counter.steps
      let found = try BeamSearch(
        start: 0, end: 1, beamSize: 2, lengthPenalty: .average, places: .refilled,
        stopping: stopping, constraints: .init(maximumLength: { _ in 5 })
      ).decode([[3]], with: model)
      return (found[0][0].tokens, model.counter.steps - before)
    }
    let patient = try best(.nothingBetter)
    #expect(patient.tokens == [2, 2])
    let hasty = try best(.enoughEnded)
    #expect(hasty.tokens == [] && hasty.steps == 2)
  }

  @Test func aSentenceDoesNotWaitForAnothersEnd() throws {
    // One sentence ends at once, the other goes on to the limit.
    let model = TableModel(vocabularySize: 4) { source, _ in
      source == [2] ? [-9, 9, -9, -9] : [-9, -9, 9, 8]
    }
    let (alone, together) = (search(2, .paper(), limit: 30), search(2, .paper(), limit: 30))
    let single = try alone.decode([[3]], with: model)
    let rows = model.counter.rows
    let both = try together.decode([[2], [3]], with: model)
    #expect(both[1] == single[0])
    #expect(both[0][0].tokens == [])
    #expect(model.counter.rows - rows < rows + 20)
  }
}
