import Autograd
import CoreLayers
import Tensors
import TestSupport
import Testing

@Suite struct DropoutTests {
  let layer = Dropout(rate: 0.3)

  @Test func inferenceAndDifferentiationKeepEverything() {
    let x = Tensor([1, 2, 3])
    #expect(layer(Variable(x), in: .inference()).value == x)
    let context = ForwardContext.differentiating()
    #expect(layer(context.input(x), in: context).value == x)
  }

  @Test func dropsTheGivenShareAndKeepsTheMean() {
    let context = ForwardContext.training(seed: 31)
    let y = layer(context.input(.ones([101, 103])), in: context).value.scalars
    let dropped = Double(y.count { $0 == 0 }) / Double(y.count)
    // Five standard deviations of a binomial share.
    #expect(abs(dropped - 0.3) < 5 * (0.21 / Double(y.count)).squareRoot())
    #expect(y.allSatisfy { $0 == 0 || abs($0 - 1 / 0.7) < 1e-6 })
  }

  @Test func forwardAndBackwardDropTheSameElements() throws {
    let context = ForwardContext.training(seed: 32)
    let x = context.input(.ones([7, 13]))
    let y = layer(x, in: context)
    let gradients = context.backward(from: y, gradient: .ones([7, 13]))
    #expect(try #require(gradients[x]) == y.value)
  }

  @Test func sitesStepsPartsAndSeedsHaveMasksOfTheirOwn() {
    func masks(seed: UInt64 = 33, step: Int = 0, part: Int = 0) -> [Tensor] {
      let context = ForwardContext.training(seed: seed, step: step, part: part)
      return (0..<2).map { _ in layer(Variable(.ones([101])), in: context).value }
    }
    let first = masks()
    #expect(first[0] != first[1])
    #expect(masks() == first)
    #expect(masks(seed: 34) != first)
    #expect(masks(step: 1)[0] != first[0])
    #expect(masks(part: 1)[0] != first[0])
    #expect(masks(step: 1)[0] != masks(part: 1)[0])
  }

  @Test(arguments: [Float(-0.1), 1, 1.5, .nan])
  func rateOutsideRangeStops(_ rate: Float) async {
    // The arguments of exit tests cannot be captured: one process for each.
    switch rate {
    case 1:
      await #expect(processExitsWith: .failure) {
        _ = Dropout(rate: 1)(Variable(.ones([3])), in: .training(seed: 1))
      }
    case 1.5:
      await #expect(processExitsWith: .failure) {
        _ = Dropout(rate: 1.5)(Variable(.ones([3])), in: .training(seed: 1))
      }
    case -0.1:
      await #expect(processExitsWith: .failure) {
        _ = Dropout(rate: -0.1)(Variable(.ones([3])), in: .training(seed: 1))
      }
    default:
      await #expect(processExitsWith: .failure) {
        _ = Dropout(rate: .nan)(Variable(.ones([3])), in: .training(seed: 1))
      }
    }
  }
}
