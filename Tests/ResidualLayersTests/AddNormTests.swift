import Autograd
import CoreLayers
import Kernels
import ResidualLayers
import Tensors
import TestSupport
import Testing

@Suite struct AddNormTests {
  @Test func postNormMatchesFixture() throws {
    let layer = AddNorm(dimension: 17, epsilon: 1e-5)
    try Fixture("add_norm").check(layer, inputs: ["residual", "branch"], relative: 2e-5) {
      inputs, context in layer(inputs[0], in: context) { _ in inputs[1] }
    }
  }

  /// Both placements, written with plain operations.
  @Test(arguments: NormPlacement.allCases, [Float(0), 0.4])
  func equalsPlainComposition(_ placement: NormPlacement, rate: Float) throws {
    var generator = SeededGenerator(seed: 81)
    let layer = AddNorm(dimension: 13, placement: placement, dropoutRate: rate)
    layer.norm.weight.value = .normal([13], mean: 1, using: &generator)
    layer.norm.bias.value = .normal([13], using: &generator)
    let sublayer = Linear(
      inputDimension: 13, outputDimension: 13, activation: .tanh, using: &generator)
    let x = Tensor.normal([3, 5, 13], using: &generator)
    let upstream = Tensor.normal([3, 5, 13], using: &generator)

    func run(_ body: (Variable, ForwardContext) -> Variable) -> (Tensor, [Tensor?]) {
      let context = ForwardContext.training(seed: 3)
      let input = context.input(x)
      let y = body(input, context)
      let gradients = context.backward(from: y, gradient: upstream)
      let parameters = layer.parameters + sublayer.parameters
      return (y.value, [gradients[input]] + parameters.map { gradients[$0.parameter] })
    }
    let fused = run { x, context in
      layer(x, in: context) { sublayer($0, in: context) }
    }
    let plain = run { x, context in
      func norm(_ x: Variable) -> Variable { layer.norm(x, in: context) }
      let branch = sublayer(placement == .pre ? norm(x) : x, in: context)
      let sum = x + dropout(branch, context.nextDropout(rate: rate))
      return placement == .post ? norm(sum) : sum
    }
    expectClose(fused.0, plain.0)
    for (mine, expected) in zip(fused.1, plain.1) {
      expectClose(try #require(mine), try #require(expected))
    }
  }

  @Test(arguments: NormPlacement.allCases)
  func gradients(_ placement: NormPlacement) {
    var generator = SeededGenerator(seed: 82)
    let layer = AddNorm(dimension: 7, placement: placement)
    checkGradients(
      of: [.normal([3, 7], using: &generator), .normal([3, 7], using: &generator)],
      parameters: layer.parameters.map(\.parameter)
    ) { inputs, context in
      layer(inputs[0], in: context) { $0 * inputs[1] }
    }
  }

  @Test func passesErrorsOn() {
    struct Failure: Error {}
    let layer = AddNorm(dimension: 3)
    #expect(throws: Failure.self) {
      try layer(Variable(.ones([3])), in: .inference()) { _ in throw Failure() }
    }
  }

  @Test func listsTheNormsParameters() {
    let layer = AddNorm(dimension: 5)
    #expect(layer.parameters.map(\.path) == ["weight", "bias"])
    expectChildrenComplete(layer)
  }

  @Test func branchOfAnotherShapeStops() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = AddNorm(dimension: 3)(Variable(.ones([2, 3])), in: .inference()) { _ in
        Variable(.ones([3, 3]))
      }
    }
    expectMessage(result, naming: ["addNorm", "[2, 3]", "[3, 3]"])
  }
}
