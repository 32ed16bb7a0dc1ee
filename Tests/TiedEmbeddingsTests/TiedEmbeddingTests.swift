import Autograd
import CoreLayers
import Kernels
import Tensors
import TestSupport
import Testing
import TiedEmbeddings

@Suite struct TiedEmbeddingTests {
  @Test func sumOfBothUsesMatchesFixture() throws {
    let fixture = try Fixture("embedding_tied")
    var generator = SeededGenerator(seed: 91)
    let layer = TiedEmbedding(vocabularySize: 31, modelDimension: 13, using: &generator)
    let tokens = try fixture.tokens("input.tokens")
    try fixture.check(layer, inputs: []) { _, context in
      layer.logits(
        activate(layer.embed(tokens, shape: [3, 7], in: context), .tanh), in: context)
    }
  }

  @Test func embeddingWithPositionsMatchesFixture() throws {
    let fixture = try Fixture("embedding_sinusoidal")
    var generator = SeededGenerator(seed: 92)
    let layer = TiedEmbedding(vocabularySize: 31, modelDimension: 13, using: &generator)
    let tokens = try fixture.tokens("input.tokens")
    let positions = Variable(try fixture.tensor("output.positions")).slice(axis: 0, 0..<7)
    try fixture.check(layer, inputs: []) { _, context in
      layer.embed(tokens, shape: [3, 7], positions: positions, in: context)
    }
  }

  @Test func oneMatrixTwoVerbs() {
    var generator = SeededGenerator(seed: 93)
    let layer = TiedEmbedding(vocabularySize: 5, modelDimension: 3, factor: 2, using: &generator)
    // Tied by mutation: what one verb is given, the other uses.
    layer.weight.value = Tensor((0..<15).map(Float.init), shape: [5, 3])
    let embedded = layer.embed([4, 0], shape: [2], in: .inference()).value
    #expect(embedded == Tensor([24, 26, 28, 0, 2, 4], shape: [2, 3]))
    let logits = layer.logits(Variable(Tensor([1, 0, -1], shape: [1, 3])), in: .inference()).value
    #expect(logits == Tensor([-2, -2, -2, -2, -2], shape: [1, 5]))
  }

  @Test func factorIsTheRootOfTheDimension() {
    var generator = SeededGenerator(seed: 94)
    let layer = TiedEmbedding(vocabularySize: 211, modelDimension: 49, using: &generator)
    #expect(layer.factor == 7)
    // Scaled embeddings have deviation 1.
    let values = layer.embed((0..<211).map { Int32($0) }, shape: [211], in: .inference()).value
    let squares = values.scalars.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs((squares / Double(values.count)).squareRoot() - 1) < 0.03)
  }

  @Test func crossEntropyIsThatOfTheLogits() throws {
    var generator = SeededGenerator(seed: 95)
    let layer = TiedEmbedding(vocabularySize: 31, modelDimension: 7, using: &generator)
    let hidden = Tensor.normal([2, 3, 7], using: &generator)
    let expected: [Int32] = [3, -1, 30, 0, 5, -1]

    let fused = ForwardContext.differentiating()
    let x = fused.input(hidden)
    let result = layer.crossEntropy(
      x, expected: expected, labelSmoothing: 0.1, normalizer: 4, in: fused)
    let fusedGradients = fused.backward(from: result.loss)

    let plain = ForwardContext.differentiating()
    let y = plain.input(hidden)
    let logits = layer.logits(y, in: plain)
    let loss = crossEntropy(logits, expected: expected, labelSmoothing: 0.1, normalizer: 4)
    let plainGradients = plain.backward(from: loss)

    let scores = logits.value.scalars.map(Double.init)
    let oracle = Oracle.crossEntropy(
      scores, expected: expected, columns: 31, labelSmoothing: 0.1)
    #expect(abs(Double(result.loss.value.scalar) - oracle / 4) < 1e-5)
    #expect(abs(Double(loss.value.scalar) - oracle / 4) < 1e-5)
    let likelihood = Oracle.crossEntropy(scores, expected: expected, columns: 31)
    #expect(abs(result.negativeLogLikelihood - likelihood) < 1e-5)
    expectClose(try #require(fusedGradients[x]), try #require(plainGradients[y]))
    expectClose(
      try #require(fusedGradients[layer.weight]), try #require(plainGradients[layer.weight]))
  }

  @Test func dropoutFollowsTheSum() {
    var generator = SeededGenerator(seed: 96)
    let layer = TiedEmbedding(vocabularySize: 11, modelDimension: 13, using: &generator)
    let positions = Variable(.normal([5, 13], using: &generator))
    let tokens: [Int32] = [1, 2, 3, 5, 7, 0, 0, 10, 9, 4]
    let mask = DropoutMask(key: 17, rate: 0.5)
    let fused = layer.embed(
      tokens, shape: [2, 5], positions: positions, dropout: mask, in: .inference())
    let plain = dropout(
      layer.embed(tokens, shape: [2, 5], positions: positions, in: .inference()), mask)
    expectClose(fused.value, plain.value, relative: 1e-6)
    #expect(fused.value.scalars.contains(0))
  }

  @Test func listsOneParameter() {
    var generator = SeededGenerator(seed: 97)
    let layer = TiedEmbedding(vocabularySize: 11, modelDimension: 13, using: &generator)
    #expect(layer.parameterCount == 143)
    expectChildrenComplete(layer)
  }

  @Test func tokenOutsideTheTableStops() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var generator = SeededGenerator(seed: 98)
      let layer = TiedEmbedding(vocabularySize: 11, modelDimension: 13, using: &generator)
      _ = layer.embed([3, 11], shape: [2], in: .inference())
    }
    expectMessage(result, naming: ["embed", "11", "[11, 13]"])
  }
}
