import Autograd
import Kernels
import Tensors
import TestSupport
import Testing

/// Gradients against numeric derivatives.
@Suite struct GradientTests {
  private func normal(_ shape: Shape, seed: UInt64 = 1) -> Tensor {
    var generator = SeededGenerator(seed: combineSeeds(seed, UInt64(shape.elementCount)))
    return .normal(shape, using: &generator)
  }

  /// Elements at least 0.2 away from 0, where ReLU has its kink.
  private func awayFromZero(_ shape: Shape) -> Tensor {
    var x = normal(shape)
    let pointer = x.mutablePointer
    for index in 0..<x.count { pointer[index] += pointer[index] < 0 ? -0.2 : 0.2 }
    return x
  }

  @Test func arithmetic() {
    let (a, b) = (normal([3, 5]), normal([3, 5], seed: 2))
    checkGradients(of: [a, b]) { inputs, _ in inputs[0] + inputs[1] }
    checkGradients(of: [a, b]) { inputs, _ in inputs[0] - inputs[1] }
    checkGradients(of: [a, b]) { inputs, _ in inputs[0] * inputs[1] }
    checkGradients(of: [a]) { inputs, _ in inputs[0] * inputs[0] }
    checkGradients(of: [a]) { inputs, _ in inputs[0] * -1.7 }
    checkGradients(of: [a, normal([5])]) { inputs, _ in inputs[0].addingToRows(inputs[1]) }
    checkGradients(of: [a]) { inputs, _ in (inputs[0] * inputs[0]).sum() }
    checkGradients(of: [a]) { inputs, _ in (inputs[0] * inputs[0]).mean() }
  }

  @Test func rearrangement() {
    let x = normal([2, 3, 5])
    checkGradients(of: [x]) { inputs, _ in inputs[0].reshaped([5, -1]) }
    for axes in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      checkGradients(of: [x]) { inputs, _ in inputs[0].transposed(axes: axes) }
    }
    for axis in 0..<3 {
      checkGradients(of: [x]) { inputs, _ in inputs[0].slice(axis: axis, 1..<2) }
      checkGradients(of: [x, x]) { inputs, _ in
        concatenate([inputs[0], inputs[1], inputs[0]], axis: axis)
      }
    }
    checkGradients(of: [normal([5, 3])]) { inputs, _ in inputs[0].gatherRows([4, 1, 1, 0]) }
    checkGradients(of: [normal([2, 3, 4])]) { inputs, _ in
      mergeHeads(splitHeads(inputs[0], headCount: 2))
    }
  }

  @Test(arguments: [false, true], [false, true])
  func products(transposeA: Bool, transposeB: Bool) {
    let a = normal(transposeA ? [2, 5, 3] : [2, 3, 5])
    let b = normal(transposeB ? [2, 7, 5] : [2, 5, 7])
    checkGradients(of: [a, b]) { inputs, _ in
      matmul(inputs[0], inputs[1], transposeA: transposeA, transposeB: transposeB)
    }
    let product = matmul(
      Variable(a), Variable(b), transposeA: transposeA, transposeB: transposeB)
    let expected = (0..<2).flatMap { batch -> [Double] in
      let left = a.scalars[batch * 15..<batch * 15 + 15].map(Double.init)
      let right = b.scalars[batch * 35..<batch * 35 + 35].map(Double.init)
      return Oracle.matmul(
        transposeA ? Oracle.transpose(left, rows: 5, columns: 3) : left,
        transposeB ? Oracle.transpose(right, rows: 7, columns: 5) : right, rows: 3, inner: 5,
        columns: 7)
    }
    expectClose(product.value, expected, relative: 1e-6)
  }

  @Test(arguments: Activation.allCases)
  func activations(_ activation: Activation) {
    let x = awayFromZero([7, 11])
    checkGradients(of: [x]) { inputs, _ in activate(inputs[0], activation) }
    let function: (Double) -> Double =
      switch activation {
      case .identity: { $0 }
      case .relu: Oracle.relu
      case .geluExact: Oracle.gelu
      case .geluTanh: Oracle.geluTanh
      case .silu: Oracle.silu
      case .tanh: { 2 * Oracle.sigmoid(2 * $0) - 1 }
      case .sigmoid: Oracle.sigmoid
      }
    expectClose(
      activate(Variable(x), activation).value, x.scalars.map { function(Double($0)) },
      relative: 2e-6)
    // Fused with a product and a bias: the same as one after another.
    let (w, b) = (normal([5, 11]), normal([5]))
    func run(_ body: ([Variable]) -> Variable) -> [Tensor?] {
      let context = ForwardContext.differentiating()
      let inputs = [x, w, b].map(context.input)
      let y = body(inputs)
      let gradients = context.backward(from: y, gradient: normal([7, 5], seed: 3))
      return [y.value] + inputs.map { gradients[$0] }
    }
    let fused = run { linear($0[0], weight: $0[1], bias: $0[2], activation: activation) }
    let plain = run {
      activate(matmul($0[0], $0[1], transposeB: true).addingToRows($0[2]), activation)
    }
    for (mine, expected) in zip(fused, plain) {
      if let mine, let expected {
        expectClose(mine, expected, relative: 5e-6)
      } else {
        Issue.record("a gradient is missing")
      }
    }
  }

  @Test func softmaxAndMasks() {
    let x = normal([1, 2, 3, 5])
    checkGradients(of: [x]) { inputs, _ in softmax(inputs[0]) }
    checkGradients(of: [x]) { inputs, _ in
      softmax(masked(inputs[0], by: .causal.intersection(.window(2))))
    }
    let expected = Oracle.softmax(x.scalars.map(Double.init), columns: 5)
    expectClose(softmax(Variable(x)).value, expected, relative: 1e-6)
  }

  @Test func normalization() {
    let x = normal([3, 11])
    checkGradients(of: [x, normal([11]), normal([11], seed: 2)]) { inputs, _ in
      layerNorm(inputs[0], scale: inputs[1], shift: inputs[2], epsilon: 1e-5)
    }
    let dropout = DropoutMask(key: 5, rate: 0.3)
    checkGradients(of: [x, normal([3, 11], seed: 3), normal([11]), normal([11], seed: 2)]) {
      inputs, _ in
      addNorm(
        residual: inputs[0], branch: inputs[1], scale: inputs[2], shift: inputs[3],
        epsilon: 1e-5, dropout: dropout)
    }
    checkGradients(of: [x, normal([3, 11], seed: 3)]) { inputs, _ in
      addDropped(residual: inputs[0], branch: inputs[1], dropout: dropout)
    }
  }

  @Test func embeddings() {
    let tokens: [Int32] = [3, 0, 3, 6, 1, 3]
    checkGradients(of: [normal([7, 5]), normal([3, 5])]) { inputs, _ in
      embed(
        tokens, shape: [2, 3], table: inputs[0], factor: 1.7, positions: inputs[1],
        dropout: DropoutMask(key: 9, rate: 0.3))
    }
  }

  @Test(arguments: [Float(0), 0.1])
  func crossEntropies(_ smoothing: Float) {
    let expected: [Int32] = [3, -1, 0, 12, -1]
    checkGradients(of: [normal([5, 13])]) { inputs, _ in
      crossEntropy(
        inputs[0], expected: expected, labelSmoothing: smoothing, normalizer: 3)
    }
    checkGradients(of: [normal([5, 7]), normal([13, 7]), normal([13])]) { inputs, _ in
      projectedCrossEntropy(
        inputs[0], weight: inputs[1], bias: inputs[2], expected: expected,
        labelSmoothing: smoothing, normalizer: 3
      ).loss * 1.5
    }
  }

  /// Six rows are three tokens in two passes, the second of them padding.
  @Test func consistencyOfTwoPasses() {
    let expected: [Int32] = [3, -1, 12, 3, -1, 12]
    checkGradients(of: [normal([6, 7]), normal([13, 7]), normal([13])]) { inputs, _ in
      projectedCrossEntropy(
        inputs[0], weight: inputs[1], bias: inputs[2], expected: expected, labelSmoothing: 0.1,
        normalizer: 4, consistencyWeight: 2.5
      ).loss
    }
  }

  /// A distance of 0 where both passes say the same, and no gradient of it; a chunk holds 64 rows, 32 of each pass.
  @Test func equalPassesAreConsistent() throws {
    let (rows, width, vocabulary) = (67, 3, 32_771)
    let hidden = normal([rows, width])
    let expected = (0..<rows).map { $0 % 7 == 3 ? -1 : Int32($0 * 31) }
    let weight = normal([vocabulary, width])
    func result(_ consistencyWeight: Float) throws -> (loss: Float, gradients: [Tensor]) {
      let context = ForwardContext.differentiating()
      let inputs = [hidden, weight].map(context.input)
      let result = projectedCrossEntropy(
        concatenate([inputs[0], inputs[0]], axis: 0), weight: inputs[1],
        expected: expected + expected, labelSmoothing: 0.1, normalizer: 100,
        consistencyWeight: consistencyWeight)
      let gradients = context.backward(from: result.loss)
      return (result.loss.value.scalar, try inputs.map { try #require(gradients[$0]) })
    }
    let (ordinary, paired) = (try result(0), try result(3))
    #expect(abs(paired.loss - ordinary.loss) < 1e-6 * ordinary.loss)
    for (mine, theirs) in zip(paired.gradients, ordinary.gradients) {
      expectClose(mine, theirs, relative: 2e-5)
    }
  }

  /// More rows than a chunk holds: 2^21 logits at a time, and at least 64 rows.
  @Test func crossEntropyInChunksEqualsThePlainOne() throws {
    let (rows, width, vocabulary) = (131, 3, 32_771)
    let hidden = normal([rows, width])
    let weight = normal([vocabulary, width])
    var generator = SeededGenerator(seed: 4)
    let expected = (0..<rows).map { row -> Int32 in
      row % 7 == 3 ? -1 : Int32.random(in: 0..<Int32(vocabulary), using: &generator)
    }
    let fused = ForwardContext.differentiating()
    let inputs = [hidden, weight].map(fused.input)
    let result = projectedCrossEntropy(
      inputs[0], weight: inputs[1], expected: expected, labelSmoothing: 0.1, normalizer: 100)
    let fusedGradients = fused.backward(from: result.loss)
    let plain = ForwardContext.differentiating()
    let variables = [hidden, weight].map(plain.input)
    let loss = crossEntropy(
      linear(variables[0], weight: variables[1]), expected: expected, labelSmoothing: 0.1,
      normalizer: 100)
    let plainGradients = plain.backward(from: loss)
    expectClose(result.loss.value, loss.value, relative: 1e-6)
    for (mine, theirs) in zip(inputs, variables) {
      expectClose(
        try #require(fusedGradients[mine]), try #require(plainGradients[theirs]), relative: 2e-5)
    }
  }
}
