import Autograd
import Tensors
import TestSupport
import Testing

@Suite struct FiniteCheckTests {
  private let check = FiniteCheck()

  private func context() -> ForwardContext { .differentiating(check: check) }

  @Test func nothingIsFoundWhereAllIsFinite() throws {
    let weight = Parameter(Tensor.ones([2, 3]))
    let context = context()
    let x = context.input(Tensor.ones([5, 3]))
    let y = linear(x, weight: context.variable(weight))
    let gradients = context.backward(from: y.sum())
    #expect(check.finding == nil)
    // The same gradients as without a look at them.
    let plain = ForwardContext.differentiating()
    let again = linear(plain.input(x.value), weight: plain.variable(weight)).sum()
    expectSameBits(
      try #require(gradients[weight]), try #require(plain.backward(from: again)[weight]))
  }

  @Test func theFirstOperationIsNamedWithItsPlaceAndParameters() throws {
    let weight = Parameter(Tensor(repeating: 1e30, shape: [2, 3]))
    let context = context()
    let x = context.input(Tensor(repeating: 1e30, shape: [5, 3]))
    let y = context.inScope("encoder") {
      let hidden = context.inScope("attention") { x * 2 }
      return context.inScope("feed-forward") {
        linear(hidden, weight: context.variable(weight)) * 3
      }
    }
    _ = context.backward(from: y.sum())
    let finding = try #require(check.finding)
    #expect(finding.operation == "linear")
    #expect(finding.scopes == ["encoder", "feed-forward"])
    #expect(finding.parameters.count == 1 && finding.parameters.first === weight)
    #expect(finding.value == .infinity)
    #expect(!finding.isGradient && !finding.isInherited)
  }

  @Test func anOperationWithoutParametersComesAfterOne() throws {
    let weight = Parameter(Tensor([1e30, 1]))
    let context = context()
    let y = context.inScope("a") { context.variable(weight) * 1 }
    _ = context.inScope("b") { y * 1e30 }
    let finding = try #require(check.finding)
    #expect(finding.operation == "scale")
    #expect(finding.scopes == ["b"])
    #expect(finding.parameters.isEmpty && finding.latestParameter === weight)
  }

  /// 0 · 10³⁰ · 10³⁰ is 0, and its derivative is 10⁶⁰.
  @Test func gradientsAreLookedAtWhereTheValuesAreFinite() throws {
    let parameter = Parameter(Tensor([0, 0]))
    let context = context()
    let small = context.inScope("inner") { context.variable(parameter) * 1e30 }
    let y = context.inScope("outer") { small * 1e30 }
    #expect(y.value == Tensor([0, 0]))
    _ = context.backward(from: y.sum())
    let finding = try #require(check.finding)
    #expect(finding.isGradient)
    #expect(finding.operation == "scale" && finding.scopes == ["inner"])
    #expect(finding.parameters.first === parameter)
    #expect(finding.value == .infinity)
  }

  /// Products of few rows wait for others before they are added to a weight's gradient.
  @Test func gradientsThatArePutOffAreTheirOperations() throws {
    let weight = Parameter(Tensor.zeros([2, 3]))
    let context = context()
    let x = context.input(Tensor(repeating: 1e30, shape: [1, 3]))
    let y = context.inScope("projection") { linear(x, weight: context.variable(weight)) }
    _ = context.backward(from: context.inScope("loss") { (y * 1e30).sum() })
    let finding = try #require(check.finding)
    #expect(finding.isGradient && finding.operation == "linear")
    #expect(finding.scopes == ["projection"])
  }

  @Test func scoresThatAMaskHidesAreMeantToBeInfinite() {
    let context = context()
    let scores = context.input(Tensor.ones([1, 1, 3, 3]))
    let hidden = masked(scores, by: .causal)
    #expect(hidden.value.firstNonFiniteIndex == 1)
    _ = context.backward(from: softmax(hidden).sum())
    #expect(check.finding == nil)
  }

  @Test func whatFrozenLayersGiveIsInherited() throws {
    let frozen = Parameter(Tensor([.infinity]))
    frozen.isTrainable = false
    let context = context()
    _ = context.variable(frozen) * 2 + context.input(Tensor([1]))
    let finding = try #require(check.finding)
    #expect(finding.operation == "add" && finding.isInherited)
    #expect(finding.latestParameter === frozen)
  }

  @Test func theFirstElementIsFound() {
    #expect(Tensor([1, .nan, .infinity]).firstNonFiniteIndex == 1)
    #expect(Tensor([.infinity, -.infinity]).firstNonFiniteIndex == 0)
    #expect(Tensor([]).firstNonFiniteIndex == nil)
    // Sums of these overflow in single precision.
    let large = Tensor(repeating: Float.greatestFiniteMagnitude, shape: [1003])
    #expect(large.firstNonFiniteIndex == nil)
    var one = large
    one[1002] = -.infinity
    #expect(one.firstNonFiniteIndex == 1002)
  }
}
