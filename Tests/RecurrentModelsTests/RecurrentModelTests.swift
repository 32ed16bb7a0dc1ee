import AttentionKit
import Foundation
import TestSupport
import Testing

/// Every recurrent encoder-decoder as a whole.
@Suite struct RecurrentModelTests {
  private let sources = [[5, 7, 11, 3, 18], [2, 13], [17, 3, 5]]
  private let targets = [[4, 6], [8, 10, 12, 21], [14]]

  private var batch: TrainingBatch {
    TrainingBatch(sources: sources, targets: targets, start: 1, end: 2)
  }

  @Test func noOptionIsForgotten() {
    func expectAll<Option: Hashable & CaseIterable>(
      _ path: KeyPath<RecurrentConfiguration, Option>
    ) {
      let found = Set(RecurrentVariant.all.map { $0.configuration[keyPath: path] })
      #expect(found == Set(Option.allCases), "\(path)")
    }
    expectAll(\.cell)
    expectAll(\.tying)
    expectAll(\.encoderDirection)
    expectAll(\.directionWidth)
    expectAll(\.contextVector)
    expectAll(\.contextUse)
    expectAll(\.attention)
    expectAll(\.score)
    expectAll(\.recurrentInitialization)
    for path in [
      \RecurrentConfiguration.feedsInput, \.transformsContext, \.hasOutputBias,
    ] {
      #expect(Set(RecurrentVariant.all.map { $0.configuration[keyPath: path] }).count == 2)
    }
  }

  @Test(arguments: RecurrentVariant.all)
  func everyParameterIsListedAndCounted(variant: RecurrentVariant) throws {
    let model = try variant.model()
    expectChildrenComplete(model)
    #expect(model.parameterCount == variant.configuration.parameterCount)
  }

  @Test(arguments: RecurrentVariant.all)
  func configurationsSurviveJSON(variant: RecurrentVariant) throws {
    let data = try JSONEncoder().encode(variant.configuration)
    #expect(
      try JSONDecoder().decode(RecurrentConfiguration.self, from: data)
        == variant.configuration)
  }

  /// What papers say, from small operations, for logits and weights.
  @Test(arguments: RecurrentVariant.all)
  func logitsAndWeightsAreThoseOfThePapers(variant: RecurrentVariant) throws {
    let model = try variant.model()
    let input = TokenBatch(targets.map { [1] + $0 })
    let logits = try model.logits(TokenBatch(sources), input, in: .inference())
    let weights = try model.sourceWeights(TokenBatch(sources), input)
    let maps = try model.attentionWeights(source: TokenBatch(sources), decoderInput: input)
    #expect((weights == nil) == (variant.configuration.attention == .none))
    for row in sources.indices {
      let prefix = [1] + targets[row]
      let expected = PlainRecurrentModel(model).run(sources[row], prefix)
      expectClose(
        logits.slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<prefix.count)
          .reshaped([prefix.count, -1]).value,
        concatenate(expected.logits, axis: 0).value, "logits of \(row)")
      #expect(
        maps[row].map(\.weights.shape)
          == (weights == nil ? [] : [[prefix.count, sources[row].count]]))
      guard let weights else { continue }
      expectSameBits(
        maps[row][0].weights,
        Variable(weights).slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<prefix.count)
          .slice(axis: 2, 0..<sources[row].count).reshaped([prefix.count, sources[row].count]).value
      )
      for step in 0..<input.maximumLength {
        let found = (0..<5).map { weights[row, step, $0] }
        if step < prefix.count {
          let padding = [Float](repeating: 0, count: 5 - sources[row].count)
          expectClose(
            Tensor(found), Tensor(expected.weights[step] + padding), "weights of \(row), \(step)")
        } else {
          #expect(found.allSatisfy { $0 == 0 })
        }
      }
    }
  }

  /// Where tokens come again and again their products are taken once. Dropout of embeddings, here so rare that it
  /// never happens, takes every token for itself.
  @Test(arguments: RecurrentVariant.all)
  func tokensThatComeAgainAreTokens(variant: RecurrentVariant) throws {
    let batch = TrainingBatch(
      sources: [[5, 7, 5, 5, 7], [7, 5], [5, 7, 3]], targets: [[4, 6, 6], [6, 4, 4, 6], [4]],
      start: 1, end: 2)
    func results(embeddingDropoutRate: Float) throws -> [Tensor] {
      var configuration = variant.configuration
      configuration.embeddingDropoutRate = embeddingDropoutRate
      let changed = RecurrentVariant(name: variant.name, configuration: configuration)
      let model = try changed.model()
      let context = ForwardContext.training(seed: 1)
      let loss = try model.loss(batch, labelSmoothing: 0.1, normalizer: 10, in: context)
      let gradients = context.backward(from: loss.objective)
      return [loss.objective.value]
        + (try model.parameters.map { try #require(gradients[$0.parameter], "\($0.path)") })
    }
    for (found, expected) in try zip(
      results(embeddingDropoutRate: 0), results(embeddingDropoutRate: 1e-8))
    {
      expectClose(found, expected)
    }
  }

  @Test(arguments: RecurrentVariant.all)
  func stepsEqualTheFullPass(variant: RecurrentVariant) throws {
    let model = try variant.model()
    let source = TokenBatch(sources)
    let prefixes = [[1, 4, 6, 9], [1, 8, 10, 12], [1, 14, 3, 20]]
    let full = try model.logits(source, TokenBatch(prefixes), in: .inference()).value
    var state = model.startState(try model.encode(source, in: .inference()))
    for position in 0..<4 {
      let logits = try model.step(prefixes.map { $0[position] }, &state)
      let expected = Variable(full).slice(axis: 1, position..<position + 1).reshaped([3, 23])
      expectClose(logits, expected.value, "step \(position)")
    }
  }

  @Test(arguments: RecurrentVariant.all)
  func statesCanBeSelected(variant: RecurrentVariant) throws {
    let model = try variant.model()
    var state = model.startState(try model.encode(TokenBatch(sources), in: .inference()))
    _ = try model.step([1, 3, 5], &state)
    var whole = state
    let expected = try model.step([8, 4, 14], &whole)
    state.select(rows: [2, 0, 2])
    #expect(state.count == 3)
    let selected = try model.step([14, 8, 14], &state)
    expectClose(selected, Variable(expected).gatherRows([2, 0, 2]).value)
    state.select(rows: [])
    #expect(state.count == 0)
    #expect(try model.step([], &state).shape == [0, 23])
  }

  @Test(arguments: RecurrentVariant.all)
  func paddingTokensChangeNothing(variant: RecurrentVariant) throws {
    let model = try variant.model()
    func results(padding: Int) throws -> [Tensor] {
      let batch = TrainingBatch(
        sources: sources, targets: targets, start: 1, end: 2, padding: padding)
      let context = ForwardContext.differentiating()
      let loss = try model.loss(batch, labelSmoothing: 0.1, normalizer: 10, in: context)
      let gradients = context.backward(from: loss.objective)
      return [loss.objective.value]
        + (try model.parameters.map { try #require(gradients[$0.parameter], "\($0.path)") })
    }
    for (found, expected) in try zip(results(padding: 18), results(padding: 0)) {
      expectClose(found, expected)
    }
  }

  @Test(arguments: RecurrentVariant.all)
  func futureTokensChangeNothing(variant: RecurrentVariant) throws {
    let model = try variant.model()
    let source = TokenBatch([sources[0]])
    let one = try model.logits(source, TokenBatch([[1, 4, 6, 9]]), in: .inference()).value
    let other = try model.logits(source, TokenBatch([[1, 4, 20, 3]]), in: .inference()).value
    expectSameBits(
      Variable(one).slice(axis: 1, 0..<2).value, Variable(other).slice(axis: 1, 0..<2).value)
    #expect(one != other)
  }

  /// The maximum has kinks; ``TimePoolingTests`` keeps away from them.
  @Test(arguments: RecurrentVariant.all.filter { $0.configuration.contextVector != .maximum })
  func gradientsAreTheDerivatives(variant: RecurrentVariant) throws {
    let model = try variant.model()
    try checkGradients(
      of: [], parameters: model.parameters.map(\.parameter), step: 0.02, elementLimit: 2
    ) { _, context in
      try model.loss(batch, labelSmoothing: 0.1, normalizer: 10, in: context).objective
    }
  }

  @Test(arguments: RecurrentVariant.all)
  func theLossIsThatOfTheLogits(variant: RecurrentVariant) throws {
    let model = try variant.model()
    let logits = try model.logits(batch.source, batch.decoderInput, in: .inference())
    let expected = crossEntropy(
      logits, expected: batch.expected, labelSmoothing: 0.1, normalizer: 10)
    let loss = try model.loss(batch, labelSmoothing: 0.1, normalizer: 10, in: .inference())
    expectClose(loss.objective.value, expected.value)
    #expect(loss.tokenCount == 10)
  }

  /// No sequences, sequences without tokens, and prefixes without tokens.
  @Test(arguments: RecurrentVariant.all)
  func smallSizes(variant: RecurrentVariant) throws {
    let model = try variant.model()
    for (sources, prefixes) in [
      ([], []), ([[]], [[1]]), ([[], [3, 4]], [[1, 5], [1]]), ([[3]], [[]]),
    ] as [([[Int]], [[Int]])] {
      let logits = try model.logits(TokenBatch(sources), TokenBatch(prefixes), in: .inference())
      #expect(logits.shape == [sources.count, prefixes.map(\.count).max() ?? 0, 23])
      #expect(logits.value.scalars.allSatisfy { $0.isFinite })
    }
  }

  /// A few updates on one batch.
  @Test(arguments: RecurrentVariant.all)
  func trainingLowersTheLoss(variant: RecurrentVariant) throws {
    let model = try variant.model()
    let optimizer = Adam(model.parameters)
    var losses: [Double] = []
    for step in 1...12 {
      let result = try GradientStep(model, batch, labelSmoothing: 0, seed: 1, step: step)
      losses.append(result.loss)
      _ = optimizer.update(result.gradients, learningRate: 0.02)
    }
    #expect(losses.last! < 0.75 * losses[0], "\(losses)")
  }

  @Test(arguments: [1_000_003, 3_999_971, 60_522_496])
  func aWidthMatchesAnotherModel(count: Int) {
    let found = RecurrentConfiguration(vocabularySize: 307, layerCount: 2)
      .matching(parameterCount: count)
    for change in [-2, 2] {
      var neighbour = found
      neighbour.modelDimension += change
      #expect(
        abs(neighbour.parameterCount - count) >= abs(found.parameterCount - count))
    }
    #expect(found.modelDimension % 2 == 0)
  }

  @Test func unknownTokensAreNamed() throws {
    let model = try RecurrentVariant.all[0].model()
    #expect(
      throws: SequenceModelError.unknownToken(
        token: 19, vocabularySize: 19, row: 1, column: 0)
    ) {
      try model.encode(TokenBatch([[1, 2], [19]]), in: .inference())
    }
    #expect(throws: SequenceModelError.unequalCounts(sources: 2, targets: 1)) {
      try model.logits(TokenBatch([[3], [4]]), TokenBatch([[1]]), in: .inference())
    }
  }

  @Test(arguments: [RecurrentVariant.all[0], RecurrentVariant.attentive[4]])
  func greedySearchTakesTheModel(variant: RecurrentVariant) throws {
    let decoder = GreedyDecoder(start: 1, end: 2, maximumLength: { _ in 4 })
    let model = try variant.model()
    let together = try decoder.decode(sources, with: model)
    for (source, output) in zip(sources, together) {
      #expect(try decoder.decode([source], with: model)[0].tokens == output.tokens)
      #expect(output.tokens.count <= 4)
    }
  }
}
