import Autograd
import Kernels
import Tensors
import TestSupport
import Testing

/// What distances add to attention: in tiles as in the plain composition, and that as in the definition.
@Suite struct DistanceTermsTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var batch = 2
    var heads = 2
    var queries: Int
    var keys: Int
    var reach: Int
    var tables: Set<String> = ["biases", "keys", "values"]
    var isShared = false
    var mask = AttentionMask.none
    var dropoutRate: Float = 0

    var testDescription: String {
      "\(queries) x \(keys), reach \(reach), \(tables.sorted()), shared \(isShared), \(dropoutRate)"
    }
    var width: Int { 5 }
    var valueWidth: Int { 3 }
  }

  /// Query, key, value and the tables of a case.
  private func arguments(_ test: Case) -> [Tensor] {
    var generator = SeededGenerator(seed: UInt64(test.queries * 31 + test.reach))
    let count = 2 * test.reach + 1
    let heads = test.isShared ? 1 : test.heads
    var result: [Tensor] = [
      .normal([test.batch, test.queries, test.heads * test.width], using: &generator),
      .normal([test.batch, test.keys, test.heads * test.width], using: &generator),
      .normal([test.batch, test.keys, test.heads * test.valueWidth], using: &generator),
    ]
    if test.tables.contains("biases") {
      result.append(.normal([test.heads, count], using: &generator))
    }
    if test.tables.contains("keys") {
      result.append(.normal([heads, count, test.width], using: &generator))
    }
    if test.tables.contains("values") {
      result.append(.normal([heads, count, test.valueWidth], using: &generator))
    }
    return result
  }

  private func terms(_ test: Case, _ variables: [Variable]) -> DistanceTerms {
    var rest = variables.dropFirst(3)
    func next(_ name: String) -> Variable? {
      test.tables.contains(name) ? rest.removeFirst() : nil
    }
    return DistanceTerms(
      reach: test.reach, biases: next("biases"), keys: next("keys"), values: next("values"))
  }

  static let cases = [
    Case(queries: 5, keys: 5, reach: 2, mask: .causal),
    Case(queries: 5, keys: 5, reach: 2, isShared: true),
    Case(queries: 3, keys: 7, reach: 1), Case(queries: 1, keys: 1, reach: 0),
    Case(queries: 2, keys: 0, reach: 3), Case(queries: 0, keys: 2, reach: 3),
    Case(queries: 7, keys: 7, reach: 20, tables: ["biases"]),
    Case(queries: 7, keys: 7, reach: 3, tables: ["keys"]),
    Case(queries: 7, keys: 7, reach: 3, tables: ["values"], isShared: true),
    Case(
      batch: 3, queries: 5, keys: 5, reach: 2,
      mask: .causal.intersection(.padding(keyLengths: [5, 3, 0], queryLengths: [5, 3, 0]))),
    // Several tiles: 128 queries by 512 keys, 32 queries where a window is small.
    Case(batch: 1, queries: 131, keys: 521, reach: 16, mask: .causal, dropoutRate: 0.2),
    Case(batch: 1, queries: 259, keys: 259, reach: 3, mask: .window(5)),
    Case(
      batch: 2, queries: 259, keys: 259, reach: 40, tables: ["biases"],
      mask: AttentionMask.causal.intersection(.window(7))
        .intersection(.padding(keyLengths: [259, 37], queryLengths: [259, 37]))),
  ]

  @Test(arguments: cases)
  func tiledEqualsPlain(_ test: Case) throws {
    let arguments = arguments(test)
    var generator = SeededGenerator(seed: 5)
    let upstream = Tensor.normal(
      [test.batch, test.queries, test.heads * test.valueWidth], using: &generator)
    let dropout = test.dropoutRate > 0 ? DropoutMask(key: 3, rate: test.dropoutRate) : .none
    func run(_ isTiled: Bool) throws -> [Tensor] {
      let context = ForwardContext.differentiating()
      let variables = arguments.map(context.input)
      let distances = terms(test, variables)
      let y =
        isTiled
        ? attention(
          query: variables[0], key: variables[1], value: variables[2], headCount: test.heads,
          mask: test.mask, dropout: dropout, distances: distances)
        : plainAttention(
          query: variables[0], key: variables[1], value: variables[2], headCount: test.heads,
          mask: test.mask, dropout: dropout, distances: distances)
      let gradients = context.backward(from: y, gradient: upstream)
      return [y.value] + (try variables.map { try #require(gradients[$0]) })
    }
    for (index, (tiled, plain)) in zip(try run(true), try run(false)).enumerated() {
      expectClose(tiled, plain, absolute: 3e-6, relative: 2e-5, "tensor \(index)")
    }
  }

  /// The plain composition and its gradients against numbers: every element of its definition.
  @Test(arguments: [
    Case(queries: 3, keys: 4, reach: 1, mask: .causal), Case(queries: 3, keys: 3, reach: 4),
  ])
  func plainFollowsTheDefinition(_ test: Case) {
    let arguments = arguments(test)
    let variables = arguments.map { Variable($0) }
    let y = plainAttention(
      query: variables[0], key: variables[1], value: variables[2], headCount: 2, mask: test.mask,
      distances: terms(test, variables)
    ).value
    let (q, k, v, bias, a, b) = (
      arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]
    )
    for sequence in 0..<test.batch {
      for head in 0..<2 {
        for query in 0..<test.queries {
          let position = query + test.keys - test.queries
          let allowed = test.mask.isCausal ? position + 1 : test.keys
          func place(_ key: Int) -> Int {
            min(max(key - position, -test.reach), test.reach) + test.reach
          }
          let scores = (0..<allowed).map { key -> Double in
            let products = (0..<5).map { c -> Double in
              let vector = Double(k[sequence, key, head * 5 + c]) + Double(a[head, place(key), c])
              return Double(q[sequence, query, head * 5 + c]) * vector
            }
            return products.reduce(0, +) / 5.0.squareRoot() + Double(bias[head, place(key)])
          }
          let weights = Oracle.softmax(scores, columns: allowed)
          for c in 0..<3 {
            let expected = (0..<allowed).reduce(0.0) { sum, key in
              sum + weights[key]
                * (Double(v[sequence, key, head * 3 + c]) + Double(b[head, place(key), c]))
            }
            #expect(abs(Double(y[sequence, query, head * 3 + c]) - expected) < 2e-6)
          }
        }
      }
    }
    checkGradients(of: arguments, step: 0.02) { inputs, _ in
      plainAttention(
        query: inputs[0], key: inputs[1], value: inputs[2], headCount: 2, mask: test.mask,
        distances: terms(test, inputs))
    }
  }

  /// Tables of zeros add nothing.
  @Test func zerosEqualNone() {
    let test = Case(queries: 7, keys: 7, reach: 2, mask: .causal)
    let arguments = arguments(test)
    let zeros = arguments.dropFirst(3).map { Variable(.zeros($0.shape)) }
    let inputs = arguments.prefix(3).map { Variable($0) }
    expectClose(
      attention(
        query: inputs[0], key: inputs[1], value: inputs[2], headCount: 2, mask: .causal,
        distances: terms(test, inputs + zeros)
      ).value,
      attention(query: inputs[0], key: inputs[1], value: inputs[2], headCount: 2, mask: .causal)
        .value, relative: 1e-6)
  }

  /// Padding, NaN included, reaches neither outputs nor gradients, those of the tables among them.
  @Test func paddingCannotMatter() throws {
    let mask = AttentionMask.padding(keyLengths: [6, 4], queryLengths: [6, 4])
    let test = Case(queries: 6, keys: 6, reach: 2, mask: mask)
    func run(_ fill: Float) throws -> [Tensor] {
      var arguments = arguments(test)
      for index in 0..<3 {
        for row in 4..<6 {
          for column in 0..<arguments[index].shape[2] { arguments[index][1, row, column] = fill }
        }
      }
      let context = ForwardContext.differentiating()
      let variables = arguments.map(context.input)
      let y = attention(
        query: variables[0], key: variables[1], value: variables[2], headCount: 2, mask: mask,
        distances: terms(test, variables))
      let gradients = context.backward(from: y, gradient: .ones(y.shape))
      return [y.value] + (try variables.map { try #require(gradients[$0]) })
    }
    for (dirty, clean) in zip(try run(.nan), try run(0.5)) { expectSameBits(dirty, clean) }
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let test = Case(batch: 3, queries: 70, keys: 70, reach: 5, mask: .causal)
    func run(_ threads: Int) throws -> [Tensor] {
      let before = ThreadPool.threadCount
      ThreadPool.threadCount = threads
      defer { ThreadPool.threadCount = before }
      let context = ForwardContext.differentiating()
      let variables = arguments(test).map(context.input)
      let y = attention(
        query: variables[0], key: variables[1], value: variables[2], headCount: 2, mask: test.mask,
        distances: terms(test, variables))
      let gradients = context.backward(from: y, gradient: y.value)
      return [y.value] + (try variables.map { try #require(gradients[$0]) })
    }
    for (one, three) in zip(try run(1), try run(3)) { expectSameBits(one, three) }
  }

  @Test func rotationsHaveGradients() {
    var generator = SeededGenerator(seed: 4)
    let table = Tensor.normal([9, 4], using: &generator)
    checkGradients(of: [.normal([2, 3, 8], using: &generator)]) { inputs, _ in
      rotated(inputs[0], positions: [0, 1, 2, 5, 8, 3], table: table, headCount: 2)
    }
  }

  @Test func wrongTablesStop() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let x = Variable(.zeros([1, 2, 4]))
      _ = attention(
        query: x, key: x, value: x, headCount: 2,
        distances: DistanceTerms(reach: 2, keys: Variable(.zeros([2, 4, 2]))))
    }
    expectMessage(result, naming: ["DistanceTerms", "[2, 4, 2]", "[2 or 1, 5, 2]"])
    let positions = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = rotated(
        Variable(.zeros([1, 1, 2])), positions: [3], table: .zeros([3, 2]), headCount: 1)
    }
    expectMessage(positions, naming: ["rotated", "3", "[3, 2]"])
  }
}
