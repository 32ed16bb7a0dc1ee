import Autograd
import CoreLayers
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct ConvolutionTests {
  @Test(arguments: [1, 2, 3, 5], [false, true])
  func matchesDefinition(width: Int, isCausal: Bool) {
    var generator = SeededGenerator(seed: 41)
    let layer = Convolution(
      inputDimension: 3, outputDimension: 5, width: width, isCausal: isCausal, using: &generator)
    layer.bias.value = .normal([5], using: &generator)
    let x = Tensor.normal([2, 7, 3], using: &generator)
    let left = isCausal ? width - 1 : (width - 1) / 2
    var expected: [Double] = []
    for b in 0..<2 {
      for t in 0..<7 {
        for o in 0..<5 {
          var sum = Double(layer.bias.value[o])
          for j in 0..<width where (0..<7).contains(t + j - left) {
            for i in 0..<3 {
              sum += Double(layer.weight.value[j, o, i]) * Double(x[b, t + j - left, i])
            }
          }
          expected.append(sum)
        }
      }
    }
    expectClose(layer(Variable(x), in: .inference()).value, expected)
  }

  @Test(arguments: [false, true])
  func gradients(isCausal: Bool) {
    var generator = SeededGenerator(seed: 42)
    let layer = Convolution(
      inputDimension: 3, outputDimension: 5, width: 3, isCausal: isCausal, activation: .silu,
      using: &generator)
    checkGradients(
      of: [.normal([2, 5, 3], using: &generator)], parameters: layer.parameters.map(\.parameter)
    ) { inputs, context in layer(inputs[0], in: context) }
  }

  @Test func causalOutputsDoNotSeeTheFuture() {
    var generator = SeededGenerator(seed: 43)
    let layer = Convolution(
      inputDimension: 3, outputDimension: 5, width: 3, isCausal: true, using: &generator)
    var x = Tensor.normal([1, 7, 3], using: &generator)
    let before = layer(Variable(x), in: .inference()).value
    x[0, 4, 1] += 1
    let after = layer(Variable(x), in: .inference()).value
    #expect(Array(after.scalars[..<20]) == Array(before.scalars[..<20]))
    #expect(after != before)
  }

  @Test func wrongShapeStops() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var generator = SeededGenerator(seed: 44)
      let layer = Convolution(
        inputDimension: 3, outputDimension: 5, width: 3, using: &generator)
      _ = layer(Variable(.zeros([2, 7, 5])), in: .inference())
    }
    expectMessage(result, naming: ["Convolution", "[2, 7, 5]", "[3, 5, 3]"])
  }
}
