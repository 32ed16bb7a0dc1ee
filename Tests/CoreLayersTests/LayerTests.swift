import Autograd
import CoreLayers
import Kernels
import Tensors
import TestSupport
import Testing

/// Two layers that share one parameter.
private struct Pair: Layer {
  let first: Linear
  let second: Linear
  let rest: [Linear]

  var children: [LayerChild] {
    [.layer("first", first), .layer("second", second)] + LayerChild.layers("rest", rest)
  }
}

/// A layer that forgets one of its parameters.
private struct Forgetful: Layer {
  let kept: Parameter
  let forgotten: [String: Parameter?]
  var children: [LayerChild] { [.parameter("kept", kept)] }
}

@Suite struct LayerTests {
  @Test func sharedParametersCountOnceUnderTheirFirstName() {
    let weight = Parameter(.ones([3, 3]))
    let bias = Parameter(.ones([3]))
    let pair = Pair(
      first: Linear(weight: weight, bias: nil), second: Linear(weight: weight, bias: bias),
      rest: [Linear(weight: Parameter(.ones([2, 3])), bias: bias)])
    #expect(
      pair.parameterPaths.map(\.path)
        == ["first.weight", "second.weight", "second.bias", "rest.0.weight", "rest.0.bias"])
    #expect(pair.parameters.map(\.path) == ["first.weight", "second.bias", "rest.0.weight"])
    #expect(pair.parameterCount == 9 + 3 + 6)
    expectChildrenComplete(pair)
  }

  @Test func sharedGradientIsTheSumOfBothUses() throws {
    var generator = SeededGenerator(seed: 51)
    let initial = Tensor.normal([3, 3], using: &generator)
    let x = Tensor.normal([5, 3], using: &generator)
    func gradients(_ first: Parameter, _ second: Parameter) -> Gradients {
      let context = ForwardContext.differentiating()
      let hidden = Linear(weight: first, bias: nil, activation: .tanh)(
        Variable(x), in: context)
      return context.backward(
        from: Linear(weight: second, bias: nil)(hidden, in: context).sum())
    }
    let shared = Parameter(initial)
    let (first, second) = (Parameter(initial), Parameter(initial))
    let apart = gradients(first, second)
    let sum = try zip(
      #require(apart[first]).scalars, #require(apart[second]).scalars
    ).map { Double($0) + Double($1) }
    expectClose(try #require(gradients(shared, shared)[shared]), sum)
  }

  @Test func reflectionFindsAForgottenParameter() {
    let layer = Forgetful(
      kept: Parameter(.ones([1])), forgotten: ["a": Parameter(.ones([1]))])
    #expect(parametersMissingFromChildren(of: layer) == ["Forgetful.forgotten.0.value"])
  }
}
