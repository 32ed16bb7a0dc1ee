import Autograd
import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

/// Additive attention in tiles against its plain composition: values and all gradients.
@Suite struct AdditiveAttentionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var batch = 1
    var heads = 1
    var queries: Int
    var keys: Int
    var mask = AttentionMask.none
    var dropoutRate: Float = 0
    var reach: Int?
    /// What one query and one key are multiplied by.
    var farFactor: Float = 1

    var testDescription: String {
      "B \(batch), H \(heads), T \(queries), S \(keys), dropout \(dropoutRate), far \(farFactor)"
    }
    var width: Int { 5 }
    var valueWidth: Int { 3 }
  }

  /// Query, key, value, vector and, with distances, biases and vectors of values.
  private func arguments(_ test: Case) -> [Tensor] {
    var generator = SeededGenerator(seed: UInt64(test.queries * 10_007 + test.keys))
    var result = [
      Tensor.normal([test.batch, test.queries, test.heads * test.width], using: &generator),
      .normal([test.batch, test.keys, test.heads * test.width], using: &generator),
      .normal([test.batch, test.keys, test.heads * test.valueWidth], using: &generator),
      .normal([test.heads * test.width], using: &generator),
    ]
    if test.farFactor != 1 {
      let width = test.heads * test.width
      for index in 0..<width {
        result[0].mutablePointer[index] *= test.farFactor
        result[1].mutablePointer[width + index] *= test.farFactor
      }
    }
    if let reach = test.reach {
      result.append(.normal([test.heads, 2 * reach + 1], using: &generator))
      result.append(.normal([test.heads, 2 * reach + 1, test.valueWidth], using: &generator))
    }
    return result
  }

  private func terms(_ test: Case, _ inputs: [Variable]) -> DistanceTerms? {
    test.reach.map { DistanceTerms(reach: $0, biases: inputs[4], values: inputs[5]) }
  }

  private func tiled(_ test: Case, _ inputs: [Variable]) -> Variable {
    additiveAttention(
      query: inputs[0], key: inputs[1], value: inputs[2], vector: inputs[3],
      headCount: test.heads, mask: test.mask,
      dropout: test.dropoutRate > 0 ? DropoutMask(key: 7, rate: test.dropoutRate) : .none,
      distances: terms(test, inputs))
  }

  /// Σ_a v_a tanh(q_a + k_a) by a sum of rows, an activation and a product, one query at a time: [B, H, T, S].
  private func plainScores(_ test: Case, _ inputs: [Variable]) -> Variable {
    let (query, key) = (inputs[0], inputs[1])
    let width = test.heads * test.width
    let vector = inputs[3].reshaped([test.heads, test.width, 1])
    let sequences = (0..<test.batch).map { b in
      let keys = key.slice(axis: 0, b..<b + 1).reshaped([test.keys, width])
      let rows = (0..<test.queries).map { t in
        let q = query.slice(axis: 0, b..<b + 1).slice(axis: 1, t..<t + 1).reshaped([width])
        let apart = activate(keys.addingToRows(q), .tanh)
          .reshaped([test.keys, test.heads, test.width]).transposed(axes: [1, 0, 2])
        return matmul(apart, vector).reshaped([1, test.heads, 1, test.keys])
      }
      return rows.count == 1 ? rows[0] : concatenate(rows, axis: 2)
    }
    return sequences.count == 1 ? sequences[0] : concatenate(sequences, axis: 0)
  }

  private func plain(_ test: Case, _ inputs: [Variable]) -> Variable {
    let positions = test.mask.queryPositions(
      batch: test.batch, queryCount: test.queries, keyCount: test.keys)
    var scores = plainScores(test, inputs)
    if test.reach != nil {
      scores =
        scores
        + spreadByDistance(
          inputs[4], positions: positions, batch: test.batch, keyCount: test.keys)
    }
    let weights = dropout(
      softmax(masked(scores, by: test.mask)),
      test.dropoutRate > 0 ? DropoutMask(key: 7, rate: test.dropoutRate) : .none)
    let mixed = mergeHeads(matmul(weights, splitHeads(inputs[2], headCount: test.heads)))
    return terms(test, inputs)?.output(weights: weights, positions: positions).map { mixed + $0 }
      ?? mixed
  }

  private func run(
    _ inputs: [Tensor], _ operation: ([Variable]) -> Variable
  ) throws -> [Tensor] {
    let context = ForwardContext.differentiating()
    let variables = inputs.map(context.input)
    let y = operation(variables)
    var generator = SeededGenerator(seed: 3)
    let gradients = context.backward(from: y, gradient: .normal(y.shape, using: &generator))
    return [y.value] + (try variables.map { try #require(gradients[$0]) })
  }

  /// Below and above the number of queries from which exponentials are shared, and at the borders of tiles.
  @Test(arguments: [
    Case(batch: 3, heads: 2, queries: 1, keys: 1), Case(queries: 3, keys: 7),
    Case(queries: 4, keys: 7), Case(batch: 2, heads: 3, queries: 5, keys: 17),
    Case(heads: 2, queries: 13, keys: 13, mask: .causal),
    Case(queries: 17, keys: 519, mask: .causal),
    Case(queries: 131, keys: 131, mask: .causal.intersection(.window(3))),
    Case(heads: 2, queries: 67, keys: 67, mask: .window(4)),
    Case(
      batch: 3, heads: 2, queries: 11, keys: 11,
      mask: .causal.intersection(.padding(keyLengths: [11, 4, 0], queryLengths: [11, 4, 0]))),
    Case(heads: 2, queries: 9, keys: 13, dropoutRate: 0.3),
    Case(batch: 2, heads: 2, queries: 7, keys: 7, mask: .causal, reach: 2),
    Case(heads: 2, queries: 9, keys: 9, mask: .window(2), reach: 5),
    // One query and one key beyond what exponentials hold.
    Case(heads: 2, queries: 7, keys: 19, farFactor: 300),
    Case(heads: 2, queries: 7, keys: 19, mask: .causal, farFactor: 300),
    Case(queries: 2, keys: 19, farFactor: 300),
  ])
  func tiledEqualsPlain(_ test: Case) throws {
    let inputs = arguments(test)
    let expected = try run(inputs) { plain(test, $0) }
    let names = ["output", "dQuery", "dKey", "dValue", "dVector", "dBiases", "dValueVectors"]
    for (index, result) in try run(inputs, { tiled(test, $0) }).enumerated() {
      expectClose(result, expected[index], absolute: 3e-6, relative: 3e-5, names[index])
    }
  }

  @Test(arguments: [
    Case(batch: 0, queries: 3, keys: 5), Case(queries: 0, keys: 5), Case(queries: 3, keys: 0),
    Case(queries: 5, keys: 0),
  ])
  func nothingGivesZeros(_ test: Case) throws {
    for result in try run(arguments(test), { tiled(test, $0) }) {
      #expect(result.scalars.allSatisfy { $0 == 0 })
    }
  }

  /// The scores by themselves, in the same tiles.
  @Test(arguments: [
    Case(batch: 2, heads: 2, queries: 3, keys: 5), Case(queries: 67, keys: 515),
    Case(heads: 2, queries: 5, keys: 3), Case(heads: 2, queries: 5, keys: 9, farFactor: 300),
  ])
  func scoresEqualPlain(_ test: Case) throws {
    let inputs = arguments(test)
    func withoutValues(_ operation: ([Variable]) -> Variable) throws -> [Tensor] {
      try run([inputs[0], inputs[1], inputs[3]]) { operation([$0[0], $0[1], $0[0], $0[2]]) }
    }
    let expected = try withoutValues { plainScores(test, $0) }
    let found = try withoutValues {
      additiveScores(query: $0[0], key: $0[1], vector: $0[3], headCount: test.heads)
    }
    for (result, reference) in zip(found, expected) {
      expectClose(result, reference, absolute: 3e-6, relative: 3e-5)
    }
  }

  @Test func gradients() {
    let test = Case(batch: 2, heads: 2, queries: 5, keys: 7, mask: .window(2), reach: 3)
    checkGradients(of: arguments(test)) { inputs, _ in tiled(test, inputs) }
  }

  /// What a mask hides cannot matter, to the last bit, whatever it is: padding, and the future.
  @Test(arguments: [Float.nan, .infinity, 1e30, 50])
  func hiddenKeysDoNotMatter(_ poison: Float) throws {
    let padding = Case(
      batch: 2, heads: 2, queries: 9, keys: 9,
      mask: .padding(keyLengths: [7, 9], queryLengths: [7, 9]))
    let inputs = arguments(padding)
    var poisoned = inputs
    for tensor in 0..<3 {
      let width = inputs[tensor].shape.last
      for index in 7 * width..<9 * width { poisoned[tensor].mutablePointer[index] = poison }
    }
    for (result, reference) in zip(
      try run(poisoned) { tiled(padding, $0) }, try run(inputs) { tiled(padding, $0) })
    {
      expectSameBits(result, reference, "padding \(poison)")
    }

    let causal = Case(heads: 2, queries: 9, keys: 9, mask: .causal)
    let before = arguments(causal)
    var changed = before
    for index in 8 * 10..<9 * 10 { changed[1].mutablePointer[index] = poison }
    let (a, b) = (
      tiled(causal, before.map { Variable($0) }), tiled(causal, changed.map { Variable($0) })
    )
    expectSameBits(
      a.slice(axis: 1, 0..<8).value, b.slice(axis: 1, 0..<8).value, "future \(poison)")
  }

  @Test func wrongShapesAreNamed() async {
    let vector = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x = Variable(.zeros([1, 2, 4]))
      _ = additiveAttention(
        query: x, key: x, value: x, vector: Variable(.zeros([3])), headCount: 2)
    }
    expectMessage(vector, naming: ["additiveAttention", "[1, 2, 4]", "[3]"])
  }
}
