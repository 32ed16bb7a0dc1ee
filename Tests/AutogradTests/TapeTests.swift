import Autograd
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct TapeTests {
  @Test func gradientsOfAllUsesAreSummed() throws {
    let context = ForwardContext.differentiating()
    let x = context.input(Tensor([2, 3]))
    let gradients = context.backward(from: (x * x + x * 3).sum())
    #expect(try #require(gradients[x]) == Tensor([7, 9]))
  }

  @Test func aParameterIsOneVariable() throws {
    let parameter = Parameter(Tensor([2, 3]))
    let context = ForwardContext.differentiating()
    let y = context.variable(parameter) * context.variable(parameter)
    #expect(try #require(context.backward(from: y.sum())[parameter]) == Tensor([4, 6]))
  }

  @Test func accumulationAddsToEarlierGradients() throws {
    let parameter = Parameter(Tensor([2, 3]))
    let other = Parameter(Tensor([5]))
    var gradients = Gradients()
    for factor in [Float(1), 10] {
      let context = ForwardContext.differentiating()
      gradients = context.backward(
        from: (context.variable(parameter) * factor).sum(), addingTo: gradients)
    }
    // A pass without the parameter keeps what there is.
    let context = ForwardContext.differentiating()
    gradients = context.backward(from: context.variable(other).sum(), addingTo: gradients)
    #expect(try #require(gradients[parameter]) == Tensor([11, 11]))
    #expect(try #require(gradients[other]) == Tensor([1]))
  }

  @Test func frozenParametersAndConstantsGetNoGradient() {
    let frozen = Parameter(Tensor([2]))
    frozen.isTrainable = false
    let unused = Parameter(Tensor([2]))
    let context = ForwardContext.differentiating()
    let x = context.input(Tensor([3]))
    let y = x * context.variable(frozen) + x.detached * Variable(Tensor([5]))
    let gradients = context.backward(from: y)
    #expect(gradients[frozen] == nil)
    #expect(gradients[unused] == nil)
    #expect(gradients[x] == Tensor([2]))
    #expect(!context.variable(frozen).needsGradient)
  }

  @Test func inferenceRecordsNothing() {
    let context = ForwardContext.inference()
    let y = context.variable(Parameter(Tensor([2]))) * context.input(Tensor([3]))
    #expect(!y.needsGradient)
    #expect(!context.recordsGradients)
    #expect(!context.isTraining)
  }

  @Test func gradientsBelongToTheirPass() {
    let first = ForwardContext.differentiating()
    let second = ForwardContext.differentiating()
    let x = first.input(Tensor([2]))
    let other = second.input(Tensor([2]))
    #expect(first.backward(from: x * x)[other] == nil)
  }

  @Test func theUpstreamGradientScalesAll() throws {
    let context = ForwardContext.differentiating()
    let x = context.input(Tensor([2, 3]))
    let gradients = context.backward(from: x * x, gradient: Tensor([10, 100]))
    #expect(try #require(gradients[x]) == Tensor([40, 600]))
  }

  @Test func mistakesStop() async {
    let twice = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let context = ForwardContext.differentiating()
      let x = context.input(Tensor([2]))
      _ = context.backward(from: x * x)
      _ = context.backward(from: x * x)
    }
    expectMessage(twice, naming: ["backward", "already"])
    let vector = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let context = ForwardContext.differentiating()
      _ = context.backward(from: context.input(Tensor([2, 3])))
    }
    expectMessage(vector, naming: ["backward", "[2]"])
    let constant = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ForwardContext.differentiating().backward(from: Variable(Tensor([2])))
    }
    expectMessage(constant, naming: ["backward"])
    let inference = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let context = ForwardContext.inference()
      _ = context.backward(from: context.input(Tensor([2])))
    }
    expectMessage(inference, naming: ["backward", "tape"])
  }

  @Test func shapesThatDoNotFitStop() async {
    let sum = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = Variable(.zeros([2, 3])) + Variable(.zeros([3, 2])) }
    expectMessage(sum, naming: ["+", "[2, 3]", "[3, 2]"])
    let product = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = matmul(Variable(.zeros([2, 3])), Variable(.zeros([5, 7]))) }
    expectMessage(product, naming: ["matmul", "[2, 3]", "[5, 7]"])
    let norm = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = layerNorm(
        Variable(.zeros([2, 3])), scale: Variable(.zeros([5])), shift: Variable(.zeros([3])),
        epsilon: 1e-5)
    }
    expectMessage(norm, naming: ["layerNorm", "[2, 3]", "[5]"])
    let heads = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let x = Variable(.zeros([1, 3, 5]))
      _ = attention(query: x, key: x, value: x, headCount: 2)
    }
    expectMessage(heads, naming: ["attention", "H = 2", "[1, 3, 5]"])
    let logits = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = crossEntropy(Variable(.zeros([2, 3])), expected: [1], normalizer: 1) }
    expectMessage(logits, naming: ["crossEntropy", "[2, 3]"])
    let join = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = concatenate([Variable(.zeros([2, 3])), Variable(.zeros([2, 5]))], axis: 0) }
    expectMessage(join, naming: ["concatenate", "[2, 3]", "[2, 5]"])
  }
}
