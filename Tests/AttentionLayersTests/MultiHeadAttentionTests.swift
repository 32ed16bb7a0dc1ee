import AttentionLayers
import Autograd
import CoreLayers
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct MultiHeadAttentionTests {
  @Test func selfAttentionMatchesFixture() throws {
    var generator = SeededGenerator(seed: 101)
    let layer = MultiHeadAttention(modelDimension: 15, headCount: 3, using: &generator)
    let fixture = try Fixture("multi_head_self_attention")
    let mask = AttentionMask.padding(keyLengths: try fixture.integers("input.lengths"))
    try fixture.check(layer, inputs: ["x"], relative: 2e-5) { inputs, context in
      layer(inputs[0], mask: mask, in: context)
    }
    let x = Variable(try fixture.tensor("input.x"))
    try fixture.expectOutput(
      layer.weights(query: x, key: x, mask: mask, in: .inference()), "weights")
  }

  @Test func crossAttentionOfDifferentWidthsMatchesFixture() throws {
    var generator = SeededGenerator(seed: 102)
    let layer = MultiHeadAttention(
      modelDimension: 15, headCount: 3, keyInputDimension: 13, valueInputDimension: 17,
      using: &generator)
    let fixture = try Fixture("multi_head_cross_attention")
    let mask = AttentionMask.padding(keyLengths: try fixture.integers("input.lengths"))
    try fixture.check(layer, inputs: ["query", "key", "value"], relative: 2e-5) {
      inputs, context in
      layer(query: inputs[0], key: inputs[1], value: inputs[2], mask: mask, in: context)
    }
    try fixture.expectOutput(
      layer.weights(
        query: Variable(try fixture.tensor("input.query")),
        key: Variable(try fixture.tensor("input.key")), mask: mask, in: .inference()), "weights")
  }

  /// d_k and d_v are free: the layer against the double-precision oracle, head by head.
  @Test func headDimensionsAreFree() {
    var generator = SeededGenerator(seed: 103)
    let layer = MultiHeadAttention(
      modelDimension: 7, headCount: 3, keyDimension: 5, valueDimension: 2, using: &generator)
    #expect(layer.parameterCount == 2 * (7 * 15 + 15) + (7 * 6 + 6) + (6 * 7 + 7))
    for item in layer.parameters {
      item.parameter.value = .normal(item.parameter.shape, using: &generator)
    }
    let x = Tensor.normal([1, 11, 7], using: &generator)
    func project(_ layer: Linear, _ input: [Double]) -> [Double] {
      Oracle.linear(
        input, weight: layer.weight.value.scalars.map(Double.init),
        bias: layer.bias?.value.scalars.map(Double.init), rows: 11, inner: layer.inputDimension,
        columns: layer.outputDimension)
    }
    func head(_ all: [Double], _ head: Int, width: Int) -> [Double] {
      (0..<11 * width).map { index -> Double in
        let (row, column) = (index / width, index % width)
        return all[(row * 3 + head) * width + column]
      }
    }
    let input = x.scalars.map(Double.init)
    let q = project(layer.queryProjection, input)
    let k = project(layer.keyProjection, input)
    let v = project(layer.valueProjection, input)
    let heads = (0..<3).map { h in
      Oracle.attention(
        head(q, h, width: 5), head(k, h, width: 5), head(v, h, width: 2), width: 5,
        valueWidth: 2, allows: { $1 <= $0 })
    }
    let joined = (0..<11 * 6).map { index -> Double in
      let (row, column) = (index / 6, index % 6)
      return heads[column / 2][row * 2 + column % 2]
    }
    expectClose(
      layer(Variable(x), mask: .causal, in: .inference()).value,
      project(layer.outputProjection, joined), relative: 2e-5)
  }

  @Test func gradients() {
    var generator = SeededGenerator(seed: 104)
    let layer = MultiHeadAttention(
      modelDimension: 6, headCount: 2, valueDimension: 5, using: &generator)
    checkGradients(
      of: [.normal([2, 5, 6], using: &generator)], parameters: layer.parameters.map(\.parameter)
    ) { inputs, context in
      layer(
        inputs[0], mask: .causal.intersection(.padding(keyLengths: [5, 3])), in: context)
    }
  }

  @Test func paddingCannotBeSeen() throws {
    var generator = SeededGenerator(seed: 105)
    let layer = MultiHeadAttention(modelDimension: 6, headCount: 2, using: &generator)
    let lengths = [5, 2, 0]
    let mask = AttentionMask.padding(keyLengths: lengths, queryLengths: lengths)
    var x = Tensor.normal([3, 5, 6], using: &generator)
    let before = layer(Variable(x), mask: mask, in: .inference()).value
    for (row, length) in lengths.enumerated() {
      for position in length..<5 {
        for column in 0..<6 { x[row, position, column] = position % 2 == 0 ? .nan : .infinity }
      }
    }
    let after = layer(Variable(x), mask: mask, in: .inference()).value
    expectSameBits(after, before)
    // A query that may look at nothing: zeros from the heads, so the output projection's bias.
    let bias = try #require(layer.outputProjection.bias).value
    for column in 0..<6 { #expect(after[2, 3, column] == bias[column]) }
  }

  @Test func attentionDropoutActsInTrainingOnly() {
    var generator = SeededGenerator(seed: 106)
    let layer = MultiHeadAttention(
      modelDimension: 6, headCount: 2, dropoutRate: 0.5, using: &generator)
    let x = Variable(.normal([2, 7, 6], using: &generator))
    let inference = layer(x, in: .inference()).value
    #expect(layer(x, in: .differentiating()).value == inference)
    #expect(layer(x, in: .training(seed: 3)).value != inference)
  }

  @Test func childrenAreComplete() {
    var generator = SeededGenerator(seed: 107)
    let layer = MultiHeadAttention(modelDimension: 6, headCount: 2, using: &generator)
    expectChildrenComplete(layer)
    #expect(
      layer.parameters.map(\.path)
        == ["query", "key", "value", "output"].flatMap { ["\($0).weight", "\($0).bias"] })
  }

  @Test func headsThatDoNotDivideStop() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var generator = SeededGenerator(seed: 108)
      _ = MultiHeadAttention(modelDimension: 7, headCount: 2, using: &generator)
    }
    expectMessage(result, naming: ["MultiHeadAttention", "7", "2"])
  }

  @Test func wrongKeyWidthStops() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var generator = SeededGenerator(seed: 109)
      let layer = MultiHeadAttention(modelDimension: 6, headCount: 2, using: &generator)
      _ = layer(
        query: Variable(.zeros([1, 2, 6])), key: Variable(.zeros([1, 3, 5])),
        value: Variable(.zeros([1, 3, 6])), in: .inference())
    }
    expectMessage(result, naming: ["linear", "[1, 3, 5]", "[6, 6]"])
  }
}
