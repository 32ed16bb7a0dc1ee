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

  @Test(arguments: [("gated_convolution", false), ("gated_convolution_causal", true)])
  func gatedConvolutionMatchesFixture(_ name: String, _ isCausal: Bool) throws {
    var generator = SeededGenerator(seed: 45)
    let layer = GatedConvolution(
      inputDimension: 5, outputDimension: 4, width: 3, isCausal: isCausal, using: &generator)
    try Fixture(name).check(layer, inputs: ["x"]) { inputs, context in
      layer(inputs[0], in: context)
    }
    expectChildrenComplete(layer)
  }

  /// A sequence of its own and the same before padding, NaN included, are one.
  @Test(arguments: [false, true])
  func paddingCannotBeSeen(isCausal: Bool) throws {
    var generator = SeededGenerator(seed: 46)
    let layer = GatedConvolution(
      inputDimension: 3, outputDimension: 4, width: 5, isCausal: isCausal, using: &generator)
    let x = Tensor.normal([2, 7, 3], using: &generator)
    var dirty = x
    for position in 4..<7 { for column in 0..<3 { dirty[1, position, column] = .nan } }
    let context = ForwardContext.differentiating()
    let input = context.input(dirty)
    let output = layer(input, lengths: [7, 4], in: context)
    let alone = layer(
      Variable(x).gatherRows([1]).slice(axis: 1, 0..<4), in: .inference())
    expectClose(
      output.gatherRows([1]).slice(axis: 1, 0..<4).value, alone.value, relative: 1e-6)
    // Only real positions are asked for, so no gradient may come from padding.
    var upstream = Tensor.ones(output.shape)
    for position in 4..<7 { for column in 0..<4 { upstream[1, position, column] = 0 } }
    let gradients = context.backward(from: output, gradient: upstream)
    let gradient = try #require(gradients[input])
    #expect(gradient.scalars[(7 + 4) * 3..<2 * 7 * 3].allSatisfy { $0 == 0 })
    let weights = try #require(gradients[layer.convolution.weight])
    #expect(weights.scalars.allSatisfy { $0.isFinite })
  }

  @Test(arguments: [(1, 0), (4, 1), (5, 4), (2, 1)])
  func windowsAndGatesHaveGradients(_ width: Int, _ left: Int) {
    var generator = SeededGenerator(seed: 47)
    checkGradients(of: [.normal([2, 3, 4], using: &generator)]) { inputs, _ in
      gatedLinearUnit(slidingWindows(inputs[0], width: width, left: left, lengths: [3, 1]))
    }
    for shape in [Shape([0, 3, 2]), [2, 0, 2], [1, 1, 2]] {
      let windows = slidingWindows(Variable(.ones(shape)), width: width, left: left).value
      #expect(windows.shape == [shape[0], shape[1], 2 * width])
    }
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
