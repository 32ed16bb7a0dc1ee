import AttentionKit
import Foundation
import TestSupport
import Testing

/// Constraints hold for every search alike.
@Suite struct ConstraintTests {
  private let sources = [[2, 3], [4], [5, 6, 5, 2, 3], [6, 6]]

  /// The outputs of greedy search, beam search (all of the list) and sampling.
  private func outputs(
    _ constraints: DecodingConstraints, _ model: some SequenceModel, prefixes: [[Int]]? = nil
  ) throws -> [(sentence: Int, hypothesis: Hypothesis)] {
    let greedy = try GreedyDecoder(start: 0, end: 1, constraints: constraints)
      .decode(sources, prefixes: prefixes, with: model).enumerated().map { ($0, $1) }
    let beam = try BeamSearch(
      start: 0, end: 1, beamSize: 4, resultCount: 4, constraints: constraints
    ).decode(sources, prefixes: prefixes, with: model).enumerated().flatMap { index, list in
      list.map { (index, $0) }
    }
    let sampled = try (0..<5 as Range<UInt64>).flatMap { seed in
      try Sampler(start: 0, end: 1, seed: seed, constraints: constraints)
        .decode(sources, prefixes: prefixes, with: model).enumerated().map { ($0, $1) }
    }
    return greedy + beam + sampled
  }

  private let models = (0..<4 as Range<UInt64>).map {
    TableModel.random(vocabularySize: 7, seed: $0, deviation: 2)
  }

  @Test(arguments: [1, 2, 3]) func noNGramComesTwice(_ length: Int) throws {
    var wouldRepeat = false
    func hasRepetition(_ tokens: [Int]) -> Bool {
      if tokens.count < length { return false }
      let grams = (0...tokens.count - length).map { Array(tokens[$0..<$0 + length]) }
      return Set(grams).count < grams.count
    }
    for model in models {
      let blocking = DecodingConstraints(
        maximumLength: { _ in 25 }, minimumLength: 4, blockedNGramLength: length)
      for output in try outputs(blocking, model) {
        #expect(!hasRepetition(output.hypothesis.tokens))
      }
      let free = DecodingConstraints(maximumLength: { _ in 25 }, minimumLength: 4)
      wouldRepeat =
        try outputs(free, model).contains { hasRepetition($0.hypothesis.tokens) }
        || wouldRepeat
    }
    #expect(wouldRepeat)
  }

  @Test(arguments: BeamSearchTests.penalties) func blockingLeavesAllElseToSearch(
    _ penalty: LengthPenalty
  ) throws {
    for (length, minimum) in [(1, 0), (2, 3)] {
      let model = TableModel.random(vocabularySize: 4, seed: UInt64(length))
      let search = BeamSearch(
        start: 0, end: 1, beamSize: 5000, resultCount: 30, lengthPenalty: penalty,
        constraints: .init(
          maximumLength: { _ in 6 }, minimumLength: minimum, blockedNGramLength: length))
      let exhaustive = ExhaustiveSearch(
        start: 0, end: 1, limit: 6, penalty: penalty, minimumLength: minimum
      ) { tokens, next in
        let grams = (tokens + [next]).indices.dropLast(length - 1).map {
          Array((tokens + [next])[$0..<$0 + length])
        }
        return Set(grams).count == grams.count
      }
      let all = exhaustive.results { model.table([2], $0) }
      let found = try search.decode([[2]], with: model)[0]
      #expect(found.map(\.tokens) == all.prefix(30).map(\.tokens))
      #expect(found.map(\.isFinished) == all.prefix(30).map(\.isFinished))
    }
  }

  @Test func whereNothingIsAllowedTheOutputEnds() throws {
    // Seven tokens, the end and padding among them: five others, each once, then nothing may follow.
    let constraints = DecodingConstraints(
      maximumLength: { _ in 25 }, minimumLength: 20, blockedNGramLength: 1, forbiddenTokens: [0])
    for output in try outputs(constraints, models[0]) {
      #expect(Set(output.hypothesis.tokens) == [2, 3, 4, 5, 6])
      #expect(output.hypothesis.tokens.count == 5)
      #expect(!output.hypothesis.isFinished)
    }
  }

  @Test func lengthsAreBetweenTheirLimits() throws {
    for model in models {
      let constraints = DecodingConstraints(
        maximumLength: { 4 + $0 }, minimumLength: 4, forbiddenTokens: [3, 6])
      for (sentence, output) in try outputs(constraints, model) {
        #expect((4...4 + sources[sentence].count).contains(output.tokens.count))
        #expect(!output.tokens.contains(3) && !output.tokens.contains(6))
        #expect(output.isFinished || output.tokens.count == 4 + sources[sentence].count)
      }
    }
  }

  @Test func theDefaultLimitIsTheSourceAndFifty() throws {
    let endless = TableModel.constant([0, -.infinity, 1, 0, 0, 0, 0])
    for (sentence, output) in try outputs(.init(), endless) {
      #expect(output.tokens.count == sources[sentence].count + 50)
    }
  }

  @Test func forbiddingLeavesTheLogProbabilitiesOfTheModel() throws {
    for model in models {
      let constraints = DecodingConstraints(
        maximumLength: { _ in 8 }, minimumLength: 3, blockedNGramLength: 2, forbiddenTokens: [4])
      for (sentence, output) in try outputs(constraints, model) where output.isFinished {
        let scored = try SequenceScorer(start: 0, end: 1)
          .score([output.tokens], given: [sources[sentence]], with: model)[0]
        for (a, b) in zip(scored.logProbabilities, output.logProbabilities) {
          #expect(abs(a - b) < 1e-5)
        }
      }
    }
  }

  @Test func repetitionLowersLogitsOfEitherSign() throws {
    let logits: [Float] = [-9, -9, 3, -0.5, 2.5, -1, 2]
    let model = TableModel.constant(logits)
    let penalized = DecodingConstraints(maximumLength: { _ in 6 }, repetitionPenalty: 1.5)
    for output in try outputs(penalized, model).map(\.hypothesis) {
      for (position, logProbability) in output.logProbabilities.enumerated() {
        var expected = logits.map(Double.init)
        for token in Set(output.tokens[..<position]) {
          expected[token] = expected[token] < 0 ? expected[token] * 1.5 : expected[token] / 1.5
        }
        let token = position < output.tokens.count ? output.tokens[position] : 1
        let probability = Oracle.softmax(expected, columns: 7)[token]
        #expect(abs(Double(logProbability) - log(probability)) < 1e-5)
      }
    }
    let greedy = GreedyDecoder(start: 0, end: 1, constraints: penalized)
    #expect(try greedy.decode([[2]], with: model)[0].tokens.prefix(4) == [2, 4, 2, 2])
  }

  @Test func outputsBeginWithTheirPrefixes() throws {
    let prefixes = [[3, 3, 3, 3], [], [6], [2, 4, 2]]
    for model in models {
      for (sentence, output) in try outputs(
        .init(maximumLength: { _ in 9 }), model, prefixes: prefixes)
      {
        #expect(output.tokens.starts(with: prefixes[sentence]))
        // Their log-probabilities are the model's.
        for (position, token) in prefixes[sentence].enumerated() {
          let logits = model.table(sources[sentence], [0] + prefixes[sentence].prefix(position))
          let expected = log(Oracle.softmax(logits.map(Double.init), columns: 7)[token])
          #expect(abs(Double(output.logProbabilities[position]) - expected) < 1e-5)
        }
      }
      // After them the search is free: a prefix that greedy search took itself changes nothing.
      let greedy = GreedyDecoder(start: 0, end: 1, maximumLength: { _ in 9 })
      let own = try greedy.decode(sources, with: model)
      let forced = try greedy.decode(
        sources, prefixes: own.map { Array($0.tokens.prefix(2)) }, with: model)
      #expect(own == forced)
    }
  }

  @Test func aPrefixIsForcedWhateverIsForbiddenAndCounts() throws {
    let prefixes = [[3, 3, 3], [3, 4, 3], [3], [6, 3, 6, 3]]
    let constraints = DecodingConstraints(
      maximumLength: { _ in 12 }, minimumLength: 6, blockedNGramLength: 2, forbiddenTokens: [3])
    for (sentence, output) in try outputs(constraints, models[1], prefixes: prefixes) {
      #expect(output.tokens.starts(with: prefixes[sentence]))
      let rest = output.tokens.dropFirst(prefixes[sentence].count)
      #expect(!rest.contains(3))
      #expect(!output.isFinished || output.tokens.count >= 6)
      // 4 may not follow 3 again, nor 6.
      if sentence == 1 { #expect(rest.first != 4) }
      if sentence == 3 { #expect(rest.first != 6) }
    }
    // The limit holds for prefixes too.
    for (_, output) in try outputs(
      .init(maximumLength: { _ in 2 }), models[1],
      prefixes: [[3, 3, 3], [3, 4, 3], [3, 2], [6, 3]])
    {
      #expect(output.tokens.count == 2 && !output.isFinished)
    }
  }

  @Test func aPrefixThatIsImpossibleIsStillForced() throws {
    let model = TableModel.constant([0, 1, 0, -.infinity, 0, 0, 0])
    for (_, output) in try outputs(
      .init(maximumLength: { _ in 4 }), model, prefixes: sources.map { _ in [3] })
    {
      #expect(output.tokens.first == 3)
      #expect(output.score == -.infinity)
    }
  }
}
