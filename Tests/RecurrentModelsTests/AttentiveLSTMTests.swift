import AttentionKit
import Foundation
import TestSupport
import Testing

/// The recurrent encoder-decoder as a whole.
@Suite struct AttentiveLSTMTests {
  private let configuration = RecurrentConfiguration(
    vocabularySize: 23, modelDimension: 14, layerCount: 2, dropoutRate: 0.1)
  private let sources = [[5, 7, 11, 3, 19], [2, 13], [17, 3, 5]]
  private let targets = [[4, 6], [8, 10, 12, 21], [14]]

  private func model(seed: UInt64 = 3) -> AttentiveLSTM {
    AttentiveLSTM(configuration, seed: seed)
  }

  private var batch: TrainingBatch {
    TrainingBatch(sources: sources, targets: targets, start: 1, end: 2)
  }

  @Test func everyParameterIsListed() {
    expectChildrenComplete(model())
  }

  @Test(arguments: [1, 2, 3])
  func theCountOfParametersIsKnownBefore(layers: Int) {
    var configuration = configuration
    configuration.layerCount = layers
    #expect(AttentiveLSTM(configuration).parameterCount == configuration.parameterCount)
  }

  @Test(arguments: [1_000_003, 3_999_971, 60_522_496])
  func aWidthMatchesAnotherModel(count: Int) {
    let found = RecurrentConfiguration.matching(
      parameterCount: count, vocabularySize: 307, layerCount: 2)
    for change in [-2, 2] {
      var neighbour = found
      neighbour.modelDimension += change
      #expect(
        abs(neighbour.parameterCount - count) >= abs(found.parameterCount - count))
    }
    #expect(found.modelDimension % 2 == 0)
  }

  @Test func configurationsSurviveJSON() throws {
    let data = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(RecurrentConfiguration.self, from: data) == configuration)
  }

  /// What the class's formula says, from small operations: logits = E tanh(W [o; softmax(o hᵀ) h] + b).
  @Test func attentionAndOutputAreTheFormulas() throws {
    let model = model()
    let context = ForwardContext.inference()
    let source = TokenBatch([sources[0]])
    let target = TokenBatch([[1] + targets[0]])
    let memory = try model.encode(source, in: context)
    let h = memory.output
    var o = model.embedding.embed(target.tokens, shape: [1, 3], in: context)
    for (index, layer) in model.decoder.enumerated() {
      // Both directions' last states, from the layers themselves.
      var states = model.embedding.embed(source.tokens, shape: [1, 5], in: context)
      var result: LSTMResult?
      for encoder in model.encoder.prefix(index + 1) {
        result = encoder(states, lengths: [5], in: context)
        states = try #require(result).output
      }
      let initial = try #require(result)
      o = layer(o, initial: (initial.hidden, initial.cell), lengths: [3], in: context).output
    }
    let weights = softmax(matmul(o, h, transposeB: true))
    let mixed = matmul(weights, h)
    let combined = activate(
      linear(
        concatenate([o, mixed], axis: 2), weight: context.variable(model.combination.weight),
        bias: model.combination.bias.map(context.variable)), .tanh)
    let expected = linear(
      combined, weight: context.variable(model.embedding.weight), bias: nil)
    expectClose(try model.logits(source, target, in: context).value, expected.value)
  }

  @Test func stepsEqualTheFullPass() throws {
    let model = model()
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

  @Test func statesCanBeSelected() throws {
    let model = model()
    let source = TokenBatch(sources)
    var state = model.startState(try model.encode(source, in: .inference()))
    _ = try model.step([1, 1, 1], &state)
    var whole = state
    let expected = try model.step([8, 4, 14], &whole)
    state.select(rows: [2, 0, 2])
    #expect(state.count == 3)
    let selected = try model.step([14, 8, 14], &state)
    expectClose(selected, Variable(expected).gatherRows([2, 0, 2]).value)
    state.select(rows: [])
    #expect(state.count == 0)
  }

  @Test func aSentenceDoesNotDependOnItsBatch() throws {
    let model = model()
    let together = try model.logits(
      batch.source, batch.decoderInput, in: .inference()
    ).value
    for (row, (source, target)) in zip(sources, targets).enumerated() {
      let alone = try model.logits(
        TokenBatch([source]), TokenBatch([[1] + target]), in: .inference()
      ).value
      expectClose(
        Variable(together).slice(axis: 0, row..<row + 1)
          .slice(axis: 1, 0..<target.count + 1).value, alone, "sentence \(row)")
    }
  }

  @Test func paddingTokensChangeNothing() throws {
    let model = model()
    func results(padding: Int) throws -> [Tensor] {
      let batch = TrainingBatch(
        sources: sources, targets: targets, start: 1, end: 2, padding: padding)
      let context = ForwardContext.differentiating()
      let loss = try model.loss(batch, labelSmoothing: 0.1, normalizer: 11, in: context)
      let gradients = context.backward(from: loss.objective)
      return [loss.objective.value]
        + (try model.parameters.map { try #require(gradients[$0.parameter], "\($0.path)") })
    }
    for (found, expected) in try zip(results(padding: 22), results(padding: 0)) {
      expectClose(found, expected)
    }
  }

  @Test func futureTokensChangeNothing() throws {
    let model = model()
    let source = TokenBatch([sources[0]])
    let one = try model.logits(source, TokenBatch([[1, 4, 6, 9]]), in: .inference()).value
    let other = try model.logits(source, TokenBatch([[1, 4, 20, 3]]), in: .inference()).value
    expectSameBits(
      Variable(one).slice(axis: 1, 0..<2).value, Variable(other).slice(axis: 1, 0..<2).value)
    #expect(one != other)
  }

  @Test func gradientsAreTheDerivatives() throws {
    let model = model()
    try checkGradients(
      of: [], parameters: model.parameters.map(\.parameter), step: 0.02, elementLimit: 4
    ) { _, context in
      try model.loss(batch, labelSmoothing: 0.1, normalizer: 10, in: context).objective
    }
  }

  @Test func theLossIsThatOfTheLogits() throws {
    let model = model()
    let logits = try model.logits(batch.source, batch.decoderInput, in: .inference())
    let expected = crossEntropy(
      logits, expected: batch.expected, labelSmoothing: 0.1, normalizer: 10)
    let loss = try model.loss(batch, labelSmoothing: 0.1, normalizer: 10, in: .inference())
    expectClose(loss.objective.value, expected.value)
    #expect(loss.tokenCount == 10)
  }

  @Test func unknownTokensAreNamed() {
    let model = model()
    #expect(
      throws: SequenceModelError.unknownToken(
        token: 23, vocabularySize: 23, row: 1, column: 0)
    ) {
      try model.encode(TokenBatch([[1, 2], [23]]), in: .inference())
    }
    #expect(throws: SequenceModelError.unequalCounts(sources: 2, targets: 1)) {
      try model.logits(TokenBatch([[3], [4]]), TokenBatch([[1]]), in: .inference())
    }
  }

  @Test func greedySearchTakesTheModel() throws {
    let decoder = GreedyDecoder(start: 1, end: 2, maximumLength: { _ in 4 })
    let model = model()
    let together = try decoder.decode(sources, with: model)
    for (source, output) in zip(sources, together) {
      #expect(try decoder.decode([source], with: model)[0].tokens == output.tokens)
      #expect(output.tokens.count <= 4)
    }
  }
}
