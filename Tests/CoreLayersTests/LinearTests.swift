import Autograd
import CoreLayers
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct LinearTests {
  @Test(arguments: Activation.allCases)
  func matchesFixture(_ activation: Activation) throws {
    var generator = SeededGenerator(seed: 1)
    let layer = Linear(
      inputDimension: 7, outputDimension: 11, activation: activation, using: &generator)
    try Fixture("linear_\(activation.rawValue)").check(layer, inputs: ["x"]) { inputs, context in
      layer(inputs[0], in: context)
    }
  }

  @Test func startsWithXavierAndNoBias() {
    var generator = SeededGenerator(seed: 2)
    let layer = Linear(inputDimension: 37, outputDimension: 53, using: &generator)
    let bound = (6.0 / 90).squareRoot()
    let weights = layer.weight.value.scalars.map(Double.init)
    #expect(weights.allSatisfy { abs($0) <= bound })
    // The variance of a uniform distribution over ±bound is bound² / 3.
    let variance = weights.reduce(0) { $0 + $1 * $1 } / Double(weights.count)
    #expect(abs(variance - bound * bound / 3) < 0.1 * bound * bound / 3)
    #expect(layer.bias?.value == .zeros([53]))
  }

  @Test func withoutBiasListsOneParameter() {
    var generator = SeededGenerator(seed: 3)
    let layer = Linear(
      inputDimension: 3, outputDimension: 5, hasBias: false, using: &generator)
    #expect(layer.parameters.map(\.path) == ["weight"])
    #expect(layer.parameterCount == 15)
    expectChildrenComplete(layer)
  }

  @Test func childrenAreComplete() {
    var generator = SeededGenerator(seed: 4)
    expectChildrenComplete(Linear(inputDimension: 3, outputDimension: 5, using: &generator))
    expectChildrenComplete(LayerNorm(dimension: 3))
    expectChildrenComplete(
      Convolution(inputDimension: 3, outputDimension: 5, width: 2, using: &generator))
    expectChildrenComplete(Dropout(rate: 0.5))
  }

  @Test func wrongWidthStops() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var generator = SeededGenerator(seed: 5)
      let layer = Linear(inputDimension: 3, outputDimension: 5, using: &generator)
      _ = layer(Variable(.zeros([2, 7])), in: .inference())
    }
    expectMessage(result, naming: ["linear", "[2, 7]", "[5, 3]"])
  }
}
