import Autograd
import Kernels
import Tensors
import TestSupport
import Testing

/// Attention in tiles against its plain composition: values and gradients of queries, keys and values.
@Suite struct AttentionTileTests {
  struct Case: CustomTestStringConvertible {
    var batch = 1
    var heads = 1
    let queries: Int
    let keys: Int
    var width = 5
    var valueWidth = 3
    var mask = AttentionMask.none
    var scale: Float?
    var dropoutRate: Float = 0

    var testDescription: String {
      "B \(batch), H \(heads), T \(queries), S \(keys), dropout \(dropoutRate)"
    }
  }

  private func compare(_ test: Case, sourceLocation: SourceLocation = #_sourceLocation) throws {
    var generator = SeededGenerator(seed: UInt64(test.queries * 10_007 + test.keys))
    let inputs = [
      Tensor.normal([test.batch, test.queries, test.heads * test.width], using: &generator),
      .normal([test.batch, test.keys, test.heads * test.width], using: &generator),
      .normal([test.batch, test.keys, test.heads * test.valueWidth], using: &generator),
    ]
    let upstream = Tensor.normal(
      [test.batch, test.queries, test.heads * test.valueWidth], using: &generator)
    let dropout = test.dropoutRate > 0 ? DropoutMask(key: 7, rate: test.dropoutRate) : .none

    func run(
      _ operation: (Variable, Variable, Variable, Int, AttentionMask, Float?, DropoutMask)
        -> Variable
    ) throws -> [Tensor] {
      let context = ForwardContext.differentiating()
      let variables = inputs.map(context.input)
      let y = operation(
        variables[0], variables[1], variables[2], test.heads, test.mask, test.scale, dropout)
      let gradients = context.backward(from: y, gradient: upstream)
      return [y.value] + (try variables.map { try #require(gradients[$0]) })
    }
    let tiled = try run(attention)
    let plain = try run(plainAttention)
    for (index, name) in ["output", "query gradient", "key gradient", "value gradient"]
      .enumerated()
    {
      // Gradients of keys that stand alone are 0 by cancellation of terms of order 1.
      expectClose(
        tiled[index], plain[index], absolute: 2e-6, relative: 2e-5, name,
        sourceLocation: sourceLocation)
    }
  }

  /// At the borders of tiles, which are 128 queries by 512 keys.
  @Test(arguments: [
    Case(batch: 3, heads: 2, queries: 1, keys: 1), Case(queries: 1, keys: 129),
    Case(heads: 2, queries: 127, keys: 127, mask: .causal),
    Case(batch: 2, queries: 128, keys: 128, mask: .causal),
    Case(queries: 129, keys: 129, mask: .causal),
    Case(queries: 7, keys: 513, mask: .causal),
    Case(queries: 131, keys: 511), Case(queries: 129, keys: 512, mask: .window(5)),
    Case(heads: 2, queries: 11, keys: 1025, mask: .causal),
    Case(queries: 257, keys: 1025, mask: .window(300)),
    Case(queries: 513, keys: 513, mask: .causal.intersection(.window(17))),
  ])
  func tiledEqualsPlain(_ test: Case) throws { try compare(test) }

  @Test(
    .enabled(if: isReleaseBuild, "a million scores, one at a time"),
    arguments: [AttentionMask.none, .causal, .window(200)])
  func tiledEqualsPlainAtLength1025(_ mask: AttentionMask) throws {
    try compare(Case(batch: 2, heads: 2, queries: 1025, keys: 1025, width: 67, mask: mask))
  }

  @Test func tiledEqualsPlainWithDropoutAndScale() throws {
    try compare(
      Case(
        batch: 2, heads: 3, queries: 131, keys: 521, mask: .causal, scale: 0.3, dropoutRate: 0.4))
  }

  @Test func tiledEqualsPlainWithPadding() throws {
    try compare(
      Case(
        batch: 4, heads: 2, queries: 130, keys: 130, dropoutRate: 0.1
      ).with(
        .causal.intersection(
          .padding(keyLengths: [130, 128, 1, 0], queryLengths: [130, 127, 1, 0]))))
    try compare(
      Case(batch: 3, queries: 13, keys: 515).with(.padding(keyLengths: [513, 512, 1])))
  }

  @Test func tiledEqualsPlainWithArbitraryMasks() throws {
    var generator = SeededGenerator(seed: 3)
    let (queries, keys) = (130, 514)
    let shared = (0..<queries * keys).map { _ in generator.nextUniform() < 0.3 }
    var each = (0..<2 * queries * keys).map { _ in generator.nextUniform() < 0.01 }
    // A query with nothing to look at, first and last of a tile.
    for query in [0, 127, 128] {
      for key in 0..<keys { each[query * keys + key] = false }
    }
    try compare(Case(batch: 2, heads: 2, queries: queries, keys: keys, mask: .allowing(shared)))
    try compare(
      Case(
        batch: 2, queries: queries, keys: keys,
        mask: .allowing(each).intersection(.causal).intersection(
          .padding(keyLengths: [514, 300]))))
  }

  @Test(arguments: [
    Case(batch: 0, queries: 3, keys: 5), Case(queries: 0, keys: 5), Case(queries: 3, keys: 0),
    Case(queries: 1, keys: 1, width: 1, valueWidth: 1),
  ])
  func emptyAndSingle(_ test: Case) throws { try compare(test) }

  /// Scores far beyond what an exponential of a float can hold.
  @Test func largeScoresDoNotOverflow() {
    var generator = SeededGenerator(seed: 5)
    let q = Tensor.normal([1, 3, 7], standardDeviation: 100, using: &generator)
    let k = Tensor.normal([1, 600, 7], standardDeviation: 100, using: &generator)
    let v = Tensor.normal([1, 600, 5], using: &generator)
    let expected = Oracle.attention(
      q.scalars.map(Double.init), k.scalars.map(Double.init), v.scalars.map(Double.init),
      width: 7, valueWidth: 5)
    let y = attention(query: Variable(q), key: Variable(k), value: Variable(v), headCount: 1)
    // A score of 10^5 is exact to 0.01, and so is the logarithm of a weight.
    expectClose(y.value, expected, relative: 1e-2)
  }

  @Test func gradients() {
    var generator = SeededGenerator(seed: 6)
    let mask = AttentionMask.causal.intersection(.padding(keyLengths: [5, 3]))
    checkGradients(
      of: [
        .normal([2, 3, 4], using: &generator), .normal([2, 5, 4], using: &generator),
        .normal([2, 5, 6], using: &generator),
      ]
    ) { inputs, _ in
      attention(
        query: inputs[0], key: inputs[1], value: inputs[2], headCount: 2, mask: mask,
        dropout: DropoutMask(key: 3, rate: 0.2))
    }
  }
}

extension AttentionTileTests.Case {
  fileprivate func with(_ mask: AttentionMask) -> Self {
    var result = self
    result.mask = mask
    return result
  }
}
