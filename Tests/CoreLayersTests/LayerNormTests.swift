import Autograd
import CoreLayers
import Tensors
import TestSupport
import Testing

@Suite struct LayerNormTests {
  @Test func matchesFixture() throws {
    let layer = LayerNorm(dimension: 17, epsilon: 1e-5)
    try Fixture("layer_norm").check(layer, inputs: ["x"], relative: 2e-5) { inputs, context in
      layer(inputs[0], in: context)
    }
  }

  @Test(arguments: [1, 2, 31, 513])
  func matchesOracle(_ width: Int) {
    var generator = SeededGenerator(seed: 11)
    let layer = LayerNorm(dimension: width)
    layer.weight.value = .normal([width], mean: 1, using: &generator)
    layer.bias.value = .normal([width], using: &generator)
    // Far from 0: the variance must not be found as a difference of squares.
    let x = Tensor.normal([3, width], mean: 50, using: &generator)
    let expected = Oracle.layerNorm(
      x.scalars.map(Double.init), scale: layer.weight.value.scalars.map(Double.init),
      shift: layer.bias.value.scalars.map(Double.init), epsilon: 1e-6)
    expectClose(layer(Variable(x), in: .inference()).value, expected, relative: 3e-5)
  }

  /// BERT's epsilon, which only rows of hardly any variance feel: it must not be lost beside the variance, and a row of
  /// none must not become infinite.
  @Test(arguments: [0, 1e-7, 1e-6, 1e-5] as [Float])
  func smallEpsilonMatchesOracle(_ deviation: Float) {
    var generator = SeededGenerator(seed: 13)
    let layer = LayerNorm(dimension: 37, epsilon: 1e-12)
    layer.weight.value = .normal([37], mean: 1, using: &generator)
    layer.bias.value = .normal([37], using: &generator)
    let x = Tensor.normal([3, 37], standardDeviation: deviation, using: &generator)
    let expected = Oracle.layerNorm(
      x.scalars.map(Double.init), scale: layer.weight.value.scalars.map(Double.init),
      shift: layer.bias.value.scalars.map(Double.init), epsilon: 1e-12)
    expectClose(layer(Variable(x), in: .inference()).value, expected, relative: 1e-5)
  }

  @Test func emptyInputGivesEmptyOutput() {
    let layer = LayerNorm(dimension: 5)
    let context = ForwardContext.differentiating()
    let y = layer(context.input(.zeros([0, 5])), in: context)
    #expect(y.shape == [0, 5])
    let gradients = context.backward(from: y.sum())
    #expect(gradients[layer.weight] == .zeros([5]))
  }

  @Test func rowsDoNotDependOnEachOther() {
    var generator = SeededGenerator(seed: 12)
    let layer = LayerNorm(dimension: 7)
    var x = Tensor.normal([3, 7], using: &generator)
    let before = layer(Variable(x), in: .inference()).value
    x[1, 4] = .nan
    let after = layer(Variable(x), in: .inference()).value
    for column in 0..<7 {
      #expect(after[0, column] == before[0, column])
      #expect(after[2, column] == before[2, column])
    }
  }
}
