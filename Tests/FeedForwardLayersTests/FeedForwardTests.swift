import Autograd
import CoreLayers
import FeedForwardLayers
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct FeedForwardTests {
  @Test(arguments: [Activation.relu, .geluExact, .geluTanh, .silu])
  func matchesFixture(_ activation: Activation) throws {
    var generator = SeededGenerator(seed: 71)
    let layer = FeedForward(
      modelDimension: 13, feedForwardDimension: 29, activation: activation, using: &generator)
    try Fixture("feed_forward_\(activation.rawValue)").check(layer, inputs: ["x"]) {
      inputs, context in layer(inputs[0], in: context)
    }
  }

  /// Section 3.3: "two convolutions with kernel size 1".
  @Test(arguments: [Activation.relu, .geluExact, .silu])
  func equalsConvolutionsOfWidthOne(_ activation: Activation) throws {
    var generator = SeededGenerator(seed: 72)
    let layer = FeedForward(
      modelDimension: 7, feedForwardDimension: 17, activation: activation, using: &generator)
    let convolutional = ConvolutionalFeedForward(
      modelDimension: 7, feedForwardDimension: 17, activation: activation, using: &generator)
    for item in layer.parameters {
      item.parameter.value = .normal(item.parameter.shape, using: &generator)
    }
    for (mine, theirs) in zip(layer.parameters, convolutional.parameters) {
      #expect(mine.path == theirs.path)
      theirs.parameter.value = mine.parameter.value.reshaped(to: theirs.parameter.shape)
    }
    let x = Tensor.normal([3, 5, 7], using: &generator)
    let upstream = Tensor.normal([3, 5, 7], using: &generator)
    func run(_ f: (Variable, ForwardContext) -> Variable) -> (Tensor, Tensor?, Gradients) {
      let context = ForwardContext.differentiating()
      let input = context.input(x)
      let y = f(input, context)
      let gradients = context.backward(from: y, gradient: upstream)
      return (y.value, gradients[input], gradients)
    }
    let plain = run { layer($0, in: $1) }
    let convolved = run { convolutional($0, in: $1) }
    expectClose(convolved.0, plain.0, relative: 1e-6)
    expectClose(try #require(convolved.1), try #require(plain.1), relative: 1e-6)
    for (mine, theirs) in zip(layer.parameters, convolutional.parameters) {
      let expected = try #require(plain.2[mine.parameter])
      expectClose(
        try #require(convolved.2[theirs.parameter]).reshaped(to: expected.shape), expected,
        relative: 1e-6, mine.path)
    }
  }

  @Test func positionsDoNotSeeEachOther() {
    var generator = SeededGenerator(seed: 73)
    let layer = FeedForward(modelDimension: 3, feedForwardDimension: 5, using: &generator)
    var x = Tensor.normal([1, 7, 3], using: &generator)
    let before = layer(Variable(x), in: .inference()).value
    x[0, 4, 1] = .nan
    let after = layer(Variable(x), in: .inference()).value
    for position in 0..<7 where position != 4 {
      for column in 0..<3 {
        #expect(after[0, position, column] == before[0, position, column])
      }
    }
  }

  @Test func innerDropoutActsInTrainingOnly() {
    var generator = SeededGenerator(seed: 74)
    let layer = FeedForward(
      modelDimension: 7, feedForwardDimension: 31, dropoutRate: 0.5, using: &generator)
    let x = Variable(.normal([5, 7], using: &generator))
    let inference = layer(x, in: .inference()).value
    #expect(layer(x, in: .differentiating()).value == inference)
    let trained = layer(x, in: .training(seed: 1)).value
    #expect(trained != inference)
    #expect(layer(x, in: .training(seed: 1)).value == trained)
  }

  @Test func countsAndChildren() {
    var generator = SeededGenerator(seed: 75)
    let layer = FeedForward(modelDimension: 7, feedForwardDimension: 17, using: &generator)
    #expect(layer.parameterCount == 7 * 17 + 17 + 17 * 7 + 7)
    #expect(
      layer.parameters.map(\.path) == ["inner.weight", "inner.bias", "outer.weight", "outer.bias"])
    expectChildrenComplete(layer)
    expectChildrenComplete(
      ConvolutionalFeedForward(
        modelDimension: 7, feedForwardDimension: 17, width: 3, using: &generator))
  }

  @Test func emptyBatch() {
    var generator = SeededGenerator(seed: 76)
    let layer = FeedForward(modelDimension: 7, feedForwardDimension: 17, using: &generator)
    #expect(layer(Variable(.zeros([0, 5, 7])), in: .inference()).shape == [0, 5, 7])
  }
}
