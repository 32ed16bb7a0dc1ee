import AttentionKit
import TestSupport
import Testing

/// Empty input, limits, options without meaning, and logits that are none.
@Suite struct FaultTests {
  private let model = TableModel.random(vocabularySize: 6, seed: 1)

  /// Runs every search, and gives the best hypothesis of each for each source.
  private func decode(
    _ sources: [[Int]], _ model: some SequenceModel, start: Int = 0, end: Int = 1,
    prefixes: [[Int]]? = nil, constraints: DecodingConstraints = .init(maximumLength: { _ in 6 })
  ) throws -> [[Hypothesis]] {
    [
      try GreedyDecoder(start: start, end: end, constraints: constraints)
        .decode(sources, prefixes: prefixes, with: model),
      try BeamSearch(start: start, end: end, beamSize: 3, constraints: constraints)
        .decode(sources, prefixes: prefixes, with: model).map { $0[0] },
      try Sampler(start: start, end: end, seed: 0, constraints: constraints)
        .decode(sources, prefixes: prefixes, with: model),
    ]
  }

  /// Expects every search to throw.
  private func expectError(
    _ error: DecodingError, _ sources: [[Int]] = [[2]], model: (any SequenceModel)? = nil,
    start: Int = 0, end: Int = 1, prefixes: [[Int]]? = nil,
    constraints: DecodingConstraints = .init(maximumLength: { _ in 6 }),
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let model = model ?? self.model
    #expect(throws: error, sourceLocation: sourceLocation) {
      try GreedyDecoder(start: start, end: end, constraints: constraints)
        .decode(sources, prefixes: prefixes, with: model)
    }
    #expect(throws: error, sourceLocation: sourceLocation) {
      try BeamSearch(start: start, end: end, constraints: constraints)
        .decode(sources, prefixes: prefixes, with: model)
    }
    #expect(throws: error, sourceLocation: sourceLocation) {
      try Sampler(start: start, end: end, seed: 0, constraints: constraints)
        .decode(sources, prefixes: prefixes, with: model)
    }
  }

  @Test func emptySourcesGiveEmptyOutputs() throws {
    for outputs in try decode([], model) { #expect(outputs.isEmpty) }
    for outputs in try decode([[], []], model) { #expect(outputs == [.init(), .init()]) }
    let alone = try decode([[3]], model)
    for (outputs, alone) in zip(try decode([[], [3], []], model), alone) where alone != outputs {
      #expect(outputs[0] == Hypothesis() && outputs[2] == Hypothesis())
      #expect(!outputs[1].logProbabilities.isEmpty)
    }
    for outputs in try decode([[], [3]], TestModels.transformer(vocabularySize: 6, seed: 1)) {
      #expect(outputs[0] == Hypothesis())
      #expect(!outputs[1].logProbabilities.isEmpty)
    }
    #expect(try SequenceScorer(start: 0, end: 1).score([], given: [], with: model).isEmpty)
  }

  @Test func aLimitOfZeroGivesNothingAndOfOneATokenOrTheEnd() throws {
    for limit in [0, -3] {
      for outputs in try decode(
        [[3], [4]], model, constraints: .init(maximumLength: { _ in limit }))
      {
        #expect(outputs == [.init(), .init()])
      }
    }
    let one = DecodingConstraints(maximumLength: { _ in 1 })
    for outputs in try decode([[3]], TableModel.constant([0, -.infinity, 99]), constraints: one) {
      #expect(outputs[0].tokens == [2] && !outputs[0].isFinished)
    }
    for outputs in try decode([[3]], TableModel.constant([0, 99, 0]), constraints: one) {
      #expect(outputs[0].tokens == [] && outputs[0].isFinished)
      #expect(outputs[0].logProbabilities.count == 1)
    }
    // Of sentences with different limits each has its own.
    for outputs in try decode(
      [[2], [3, 3, 3], [4, 4]], TableModel.constant([0, -.infinity, 5]),
      constraints: .init(maximumLength: { $0 - 1 }))
    {
      #expect(outputs.map(\.tokens.count) == [0, 2, 1])
    }
  }

  @Test func theLimitOfTheModelHolds() throws {
    var short = TableModel.constant([0, -.infinity, 5])
    short.maximumLength = 4
    for outputs in try decode([[2]], short, constraints: .init()) {
      #expect(outputs[0].tokens.count == 4)
    }
    let transformer = try TestModels.transformer(vocabularySize: 6, seed: 1)
    for outputs in try decode([[2]], transformer, constraints: .init(minimumLength: 1000)) {
      #expect(outputs[0].tokens.count == 40)
    }
  }

  @Test func aVocabularyOfTheEndAloneEnds() throws {
    for outputs in try decode([[0], [0, 0]], TableModel.constant([3]), start: 0, end: 0) {
      for output in outputs {
        #expect(output.tokens == [] && output.isFinished)
        #expect(output.logProbabilities == [0])
      }
    }
  }

  @Test(
    arguments: [
      [0, .nan, 1], [.nan, .nan, .nan], [0, .infinity, 1], [.infinity, .infinity, 0],
      [-.infinity, -.infinity, -.infinity], [-.infinity, .nan, -.infinity],
    ] as [[Float]])
  func logitsThatAreNoDistributionAreAnError(_ logits: [Float]) {
    let wrong = TableModel(vocabularySize: 35) { source, target in
      let right = [Float](repeating: 0, count: 32)
      return source == [4] && target.count == 3
        ? right.map { _ in logits[0] } + logits : right + [0, 0, 1]
    }
    let constraints = DecodingConstraints(
      maximumLength: { _ in 6 }, minimumLength: 5, forbiddenTokens: [33])
    expectError(
      .invalidLogits(sentence: 1, position: 2), [[3], [4], [5]], model: wrong,
      constraints: constraints)
    #expect(throws: DecodingError.invalidLogits(sentence: 1, position: 2)) {
      try SequenceScorer(start: 0, end: 1)
        .score([[2], [2, 2, 2]], given: [[3], [4]], with: wrong)
    }
  }

  @Test func tokensMustBeInTheVocabulary() throws {
    expectError(
      .invalidOption(name: "start", expected: "a token below 6", found: "6"), start: 6)
    expectError(.invalidOption(name: "end", expected: "a token below 6", found: "-1"), end: -1)
    let unknown = SequenceModelError.unknownToken(token: 6, vocabularySize: 6, row: 1, column: 2)
    #expect(throws: unknown) { try decode([[2], [3]], model, prefixes: [[2], [3, 4, 6]]) }
    #expect(throws: unknown) {
      try SequenceScorer(start: 0, end: 1)
        .score([[2], [3, 4, 6]], given: [[2], [3]], with: model)
    }
    #expect(throws: SequenceModelError.self) {
      try decode([[2], [7]], TestModels.transformer(vocabularySize: 6, seed: 1))
    }
  }

  @Test func prefixesMustFit() throws {
    expectError(
      .unequalCounts(expected: "sources", expectedCount: 2, found: "prefixes", foundCount: 1),
      [[2], [3]], prefixes: [[2]])
    expectError(.endInside(sentence: 1, position: 1), [[2], [3]], prefixes: [[], [2, 1]])
    let scorer = SequenceScorer(start: 0, end: 1)
    #expect(throws: DecodingError.endInside(sentence: 0, position: 0)) {
      try scorer.score([[1]], given: [[2]], with: model)
    }
    #expect(throws: DecodingError.emptySource(sentence: 1)) {
      try scorer.score([[2], [2]], given: [[2], []], with: model)
    }
    #expect(
      throws: DecodingError.unequalCounts(
        expected: "sources", expectedCount: 1, found: "targets", foundCount: 0)
    ) { try scorer.score([], given: [[2]], with: model) }
    #expect(
      throws: DecodingError.unequalCounts(
        expected: "sources", expectedCount: 1, found: "sentence numbers", foundCount: 2)
    ) {
      try Sampler(start: 0, end: 1, seed: 0).decode([[2]], sentenceNumbers: [1, 2], with: model)
    }
  }

  @Test func optionsWithoutMeaningAreNamed() throws {
    func expectName(
      _ name: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
    ) {
      let error = #expect(throws: DecodingError.self, sourceLocation: sourceLocation) { try body() }
      #expect(
        error?.description.contains(name + ": expected") ?? false, sourceLocation: sourceLocation)
    }
    func search(_ size: Int, _ results: Int, _ penalty: LengthPenalty = .none) throws {
      _ = try BeamSearch(
        start: 0, end: 1, beamSize: size, resultCount: results, lengthPenalty: penalty
      ).decode([[2]], with: model)
    }
    expectName("beamSize") { try search(0, 1) }
    expectName("resultCount") { try search(2, 0) }
    expectName("resultCount") { try search(2, 3) }
    expectName("alpha") { try search(2, 1, .paper(alpha: .nan)) }
    expectName("minimumLength") {
      _ = try decode([[2]], model, constraints: .init(minimumLength: -1))
    }
    expectName("blockedNGramLength") {
      _ = try decode([[2]], model, constraints: .init(blockedNGramLength: 0))
    }
    for penalty in [0, -1, .nan, .infinity] as [Float] {
      expectName("repetitionPenalty") {
        _ = try decode([[2]], model, constraints: .init(repetitionPenalty: penalty))
      }
    }
    expectName("forbiddenTokens") {
      _ = try decode([[2]], model, constraints: .init(forbiddenTokens: [6]))
    }
    func sample(_ distribution: SamplingDistribution) throws {
      _ = try Sampler(start: 0, end: 1, seed: 0, distribution: distribution)
        .decode([[2]], with: model)
    }
    for temperature in [0, -1, .nan, .infinity] as [Float] {
      expectName("temperature") { try sample(.init(temperature: temperature)) }
    }
    expectName("topK") { try sample(.init(topK: 0)) }
    for share in [0, -0.1, 1.1, .nan] as [Float] {
      expectName("topP") { try sample(.init(topP: share)) }
    }
  }
}
