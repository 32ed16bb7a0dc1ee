import Autograd
import Kernels
import Tensors
import TestSupport
import Testing

/// The number of threads changes no bit. Other suites may run at the same time with the number that is set
/// here: that must not matter to them either.
@Suite(.serialized) struct ThreadCountTests {
  private func expectInvariance(
    _ inputs: [Tensor], sourceLocation: SourceLocation = #_sourceLocation,
    _ operation: ([Variable]) -> Variable
  ) throws {
    func run() throws -> [Tensor] {
      let context = ForwardContext.differentiating()
      let variables = inputs.map(context.input)
      let y = operation(variables)
      var generator = SeededGenerator(seed: 9)
      let gradients = context.backward(from: y, gradient: .normal(y.shape, using: &generator))
      return [y.value] + (try variables.map { try #require(gradients[$0]) })
    }
    let count = ThreadPool.threadCount
    defer { ThreadPool.threadCount = count }
    ThreadPool.threadCount = 1
    let expected = try run()
    for threads in [2, 3, 7] {
      ThreadPool.threadCount = threads
      for (result, single) in zip(try run(), expected) {
        expectSameBits(result, single, "\(threads) threads", sourceLocation: sourceLocation)
      }
    }
  }

  @Test func products() throws {
    var generator = SeededGenerator(seed: 1)
    try expectInvariance([
      .normal([307, 131], using: &generator), .normal([257, 131], using: &generator),
      .normal([257], using: &generator),
    ]) { linear($0[0], weight: $0[1], bias: $0[2], activation: .geluExact) }
  }

  @Test func attentions() throws {
    var generator = SeededGenerator(seed: 2)
    try expectInvariance([
      .normal([3, 151, 22], using: &generator), .normal([3, 151, 22], using: &generator),
      .normal([3, 151, 14], using: &generator),
    ]) {
      attention(
        query: $0[0], key: $0[1], value: $0[2], headCount: 2, mask: .causal,
        dropout: DropoutMask(key: 3, rate: 0.1))
    }
  }

  @Test func additiveAttentions() throws {
    var generator = SeededGenerator(seed: 5)
    try expectInvariance([
      .normal([3, 151, 22], using: &generator), .normal([3, 151, 22], using: &generator),
      .normal([3, 151, 14], using: &generator), .normal([22], using: &generator),
    ]) {
      additiveAttention(
        query: $0[0], key: $0[1], value: $0[2], vector: $0[3], headCount: 2, mask: .causal,
        dropout: DropoutMask(key: 3, rate: 0.1))
    }
    try expectInvariance([
      .normal([2, 131, 22], using: &generator), .normal([2, 67, 22], using: &generator),
      .normal([22], using: &generator),
    ]) { additiveScores(query: $0[0], key: $0[1], vector: $0[2], headCount: 2) }
  }

  @Test func norms() throws {
    var generator = SeededGenerator(seed: 3)
    try expectInvariance([
      .normal([613, 67], using: &generator), .normal([613, 67], using: &generator),
      .normal([67], using: &generator), .normal([67], using: &generator),
    ]) {
      addNorm(
        residual: $0[0], branch: $0[1], scale: $0[2], shift: $0[3], epsilon: 1e-6,
        dropout: DropoutMask(key: 3, rate: 0.1))
    }
  }

  @Test func embeddingsAndLosses() throws {
    var generator = SeededGenerator(seed: 4)
    let tokens = (0..<5 * 37).map { _ in Int32.random(in: 0..<41, using: &generator) }
    try expectInvariance([.normal([41, 131], using: &generator)]) {
      let hidden = embed(tokens, shape: [5, 37], table: $0[0], factor: 3)
      return projectedCrossEntropy(
        hidden, weight: $0[0], expected: tokens.reversed(), labelSmoothing: 0.1, normalizer: 185
      ).loss
    }
    try expectInvariance([
      .normal([2 * 613, 67], using: &generator), .normal([613, 67], using: &generator),
    ]) {
      projectedCrossEntropy(
        $0[0], weight: $0[1], expected: (0..<2 * 613).map { Int32($0 % 613) }, normalizer: 613,
        consistencyWeight: 5
      ).loss
    }
  }
}
