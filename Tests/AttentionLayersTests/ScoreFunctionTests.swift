import AttentionLayers
import Autograd
import CoreLayers
import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

/// Every score function against its definition in double precision.
@Suite struct ScoreFunctionTests {
  /// The sizes of a case; queries, keys and values all differ.
  struct Case: CustomTestStringConvertible, Sendable {
    var kind: ScoreKind
    var heads = 1
    var queries = 3
    var keys = 5

    var batch: Int { 2 }
    var queryWidth: Int { kind.allowsDifferentWidths ? 7 : 3 }
    var keyWidth: Int { 3 }
    var valueWidth: Int { 2 }
    var testDescription: String { "\(kind), \(heads) heads, \(queries) x \(keys)" }
  }

  static let cases = ScoreKind.allCases.flatMap { kind in
    [
      Case(kind: kind), Case(kind: kind, heads: 2), Case(kind: kind, queries: 1, keys: 1),
      Case(kind: kind, queries: 2, keys: 0), Case(kind: kind, queries: 0, keys: 2),
      Case(kind: kind, heads: 2, queries: 2, keys: 19),
    ]
  }

  struct Setting {
    let test: Case
    let function: any ScoreFunction
    let query: Tensor
    let key: Tensor
    let value: Tensor
    /// The second sequence has one key less than there is room for.
    let mask: AttentionMask

    init(_ test: Case, seed: UInt64 = 7) {
      var generator = SeededGenerator(seed: seed)
      self.test = test
      function = test.kind.make(
        queryWidth: test.queryWidth, keyWidth: test.keyWidth, headCount: test.heads,
        using: &generator)
      query = .normal(
        [test.batch, test.queries, test.heads * test.queryWidth], using: &generator)
      key = .normal([test.batch, test.keys, test.heads * test.keyWidth], using: &generator)
      value = .normal([test.batch, test.keys, test.heads * test.valueWidth], using: &generator)
      mask = .padding(keyLengths: [test.keys, max(0, test.keys - 1)])
    }

    /// Scores [B, H, T, S] from the definition.
    func scores(_ query: [Double], _ key: [Double], _ parameters: [[Double]]) -> [Double] {
      let (q, k) = (self.query.shape[2], self.key.shape[2])
      var result: [Double] = []
      for b in 0..<test.batch {
        for h in 0..<test.heads {
          for t in 0..<test.queries {
            for s in 0..<test.keys {
              let (row, column) = ((b * test.queries + t) * q, (b * test.keys + s) * k)
              result.append(
                test.kind.score(
                  Array(query[row..<row + q]), Array(key[column..<column + k]), head: h,
                  headCount: test.heads, parameters: parameters))
            }
          }
        }
      }
      return result
    }

    /// Soft attention [B, T, H Kv] from the definition.
    func output(
      _ query: [Double], _ key: [Double], _ value: [Double], _ parameters: [[Double]]
    ) -> [Double] {
      let scores = scores(query, key, parameters)
      let width = test.heads * test.valueWidth
      var result = [Double](repeating: 0, count: test.batch * test.queries * width)
      for b in 0..<test.batch {
        let seen = b == 0 ? test.keys : max(0, test.keys - 1)
        for h in 0..<test.heads {
          for t in 0..<test.queries where seen > 0 {
            let start = ((b * test.heads + h) * test.queries + t) * test.keys
            let weights = Oracle.softmax(Array(scores[start..<start + seen]), columns: seen)
            for s in 0..<seen {
              for c in 0..<test.valueWidth {
                result[(b * test.queries + t) * width + h * test.valueWidth + c] +=
                  weights[s] * value[(b * test.keys + s) * width + h * test.valueWidth + c]
              }
            }
          }
        }
      }
      return result
    }

    func attend(_ query: Variable, _ key: Variable, _ value: Variable, in context: ForwardContext)
      -> Variable
    {
      function.attend(
        query, function.prepare(key, headCount: test.heads, in: context), value: value,
        headCount: test.heads, mask: mask, in: context)
    }

    var parameters: [[Double]] { function.parameters.map { $0.parameter.value.doubles } }
  }

  @Test(arguments: cases)
  func scoresFollowTheDefinition(_ test: Case) {
    let setting = Setting(test)
    let keys = setting.function.prepare(
      Variable(setting.key), headCount: test.heads, in: .inference())
    let scores = setting.function.scores(
      Variable(setting.query), keys, headCount: test.heads, in: .inference())
    #expect(scores.shape == [test.batch, test.heads, test.queries, test.keys])
    expectClose(
      scores.value,
      setting.scores(setting.query.doubles, setting.key.doubles, setting.parameters),
      relative: 2e-6)
  }

  /// The smaller cases: the derivative of the definition takes its time.
  @Test(arguments: cases.filter { $0.keys < 19 && ($0.heads == 1 || $0.kind != .additive) })
  func attentionAndItsGradientsFollowTheDefinition(_ test: Case) throws {
    let setting = Setting(test)
    let context = ForwardContext.differentiating()
    let inputs = [setting.query, setting.key, setting.value].map(context.input)
    let output = setting.attend(inputs[0], inputs[1], inputs[2], in: context)
    let arguments =
      [setting.query.doubles, setting.key.doubles, setting.value.doubles] + setting.parameters
    expectClose(
      output.value,
      setting.output(arguments[0], arguments[1], arguments[2], setting.parameters), relative: 3e-6)

    if output.value.count == 0 { return }
    var generator = SeededGenerator(seed: 9)
    let upstream = Tensor.normal(output.shape, using: &generator)
    let gradients = context.backward(from: output, gradient: upstream)
    let exact = numericGradients(arguments) { arguments in
      zip(
        setting.output(arguments[0], arguments[1], arguments[2], Array(arguments[3...])),
        upstream.doubles
      ).reduce(0) { $0 + $1.0 * $1.1 }
    }
    for (number, input) in inputs.enumerated() where input.value.count > 0 {
      expectClose(
        try #require(gradients[input]), exact[number], absolute: 1e-6, relative: 1e-5,
        "input \(number)")
    }
    for (number, item) in setting.function.parameters.enumerated() where test.keys > 0 {
      expectClose(
        try #require(gradients[item.parameter]), exact[3 + number], absolute: 1e-6,
        relative: 1e-5, item.path)
    }
  }

  /// The tiles and the matrix that is written out are one attention.
  @Test(arguments: ScoreKind.allCases)
  func writtenWeightsMixToTheSame(_ kind: ScoreKind) {
    let setting = Setting(Case(kind: kind, heads: 2, queries: 5, keys: 5))
    let mask = AttentionMask.causal.intersection(
      .padding(keyLengths: [5, 3], queryLengths: [5, 3]))
    let keys = setting.function.prepare(Variable(setting.key), headCount: 2, in: .inference())
    let dropout = DropoutMask(key: 5, rate: 0.3)
    let weights = setting.function.weights(
      Variable(setting.query), keys, headCount: 2, mask: mask, in: .inference())
    for row in 0..<2 * 2 * 5 {
      let sum = (0..<5).reduce(0) { $0 + weights.value.pointer[row * 5 + $1] }
      let isPadding = row >= 10 && row % 5 >= 3
      #expect(abs(sum - (isPadding ? 0 : 1)) < 1e-6)
    }
    expectClose(
      setting.function.attend(
        Variable(setting.query), keys, value: Variable(setting.value), headCount: 2, mask: mask,
        dropout: dropout, in: .inference()
      ).value,
      mixedValues(
        weights: Autograd.dropout(weights, dropout), value: Variable(setting.value), mask: mask
      ).value, relative: 2e-6)
  }

  /// Prepared keys serve each step of a decoder.
  @Test(arguments: ScoreKind.allCases)
  func aStepEqualsItsPartOfTheWhole(_ kind: ScoreKind) {
    let setting = Setting(Case(kind: kind, heads: 2))
    let keys = setting.function.prepare(Variable(setting.key), headCount: 2, in: .inference())
    let value = Variable(setting.value)
    let whole = setting.function.attend(
      Variable(setting.query), keys, value: value, headCount: 2, mask: setting.mask,
      in: .inference())
    for step in 0..<3 {
      // The hypotheses change places, as in a search.
      let query = Variable(setting.query).slice(axis: 1, step..<step + 1).gatherRows([1, 0])
      let output = setting.function.attend(
        query, keys.selecting(rows: [1, 0]), value: value.gatherRows([1, 0]), headCount: 2,
        mask: .padding(keyLengths: [4, 5]), in: .inference())
      expectClose(
        output.value, whole.slice(axis: 1, step..<step + 1).gatherRows([1, 0]).value,
        relative: 2e-6)
    }
  }

  /// What stands in padding, NaN included, reaches neither outputs nor gradients.
  @Test(arguments: ScoreKind.allCases)
  func paddingCannotMatter(_ kind: ScoreKind) throws {
    let setting = Setting(Case(kind: kind, heads: 2))
    func run(_ key: Tensor, _ value: Tensor) throws -> [Tensor] {
      let context = ForwardContext.differentiating()
      let inputs = [setting.query, key, value].map(context.input)
      // Preparing may turn NaN into a NaN gradient of its own matrices, as any layer does with its input; so the
      // law is that of attention, after the keys are prepared.
      let keys = PreparedKeys(
        context.input(
          setting.function.prepare(inputs[1], headCount: 2, in: .inference()).keys.value))
      let output = setting.function.attend(
        inputs[0], keys, value: inputs[2], headCount: 2, mask: setting.mask, in: context)
      let gradients = context.backward(from: output, gradient: .ones(output.shape))
      return [
        output.value, try #require(gradients[inputs[0]]), try #require(gradients[keys.keys]),
        try #require(gradients[inputs[2]]),
      ]
    }
    var (key, value) = (setting.key, setting.value)
    let clean = try run(key, value)
    for column in 0..<6 { key[1, 4, column] = column % 2 == 0 ? .nan : .infinity }
    for column in 0..<4 { value[1, 4, column] = .nan }
    for (dirty, clean) in zip(try run(key, value), clean) { expectSameBits(dirty, clean) }
  }

  @Test(arguments: ScoreKind.allCases)
  func childrenAreComplete(_ kind: ScoreKind) {
    var generator = SeededGenerator(seed: 1)
    expectChildrenComplete(
      kind.make(queryWidth: 3, keyWidth: 3, headCount: 2, using: &generator))
  }

  @Test func aVectorWithoutDirectionHasACosineOfZero() throws {
    let score = CosineScore()
    let context = ForwardContext.differentiating()
    let query = context.input(.zeros([1, 1, 3]))
    let keys = score.prepare(Variable(.ones([1, 2, 3])), headCount: 1, in: context)
    let scores = score.scores(query, keys, headCount: 1, in: context)
    #expect(scores.value == .zeros([1, 1, 1, 2]))
    #expect(
      try #require(context.backward(from: scores.sum())[query]) == .zeros([1, 1, 3]))
  }

  @Test func wrongShapesStop() async {
    let general = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var generator = SeededGenerator(seed: 1)
      _ = GeneralScore(queryDimension: 3, keyDimension: 5, using: &generator)
        .prepare(Variable(.zeros([2, 3, 7])), headCount: 1, in: .inference())
    }
    expectMessage(general, naming: ["GeneralScore", "[2, 3, 7]", "[1, 3, 5]"])
    let additive = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = additiveScores(
        query: Variable(.zeros([1, 2, 3])), key: Variable(.zeros([1, 2, 4])),
        vector: Variable(.zeros([3])), headCount: 1)
    }
    expectMessage(additive, naming: ["additiveScores", "[1, 2, 3]", "[1, 2, 4]"])
    let cosine = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = CosineScore(temperature: 0) }
    expectMessage(cosine, naming: ["CosineScore", "0.0"])
  }
}
