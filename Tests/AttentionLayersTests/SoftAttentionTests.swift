import AttentionLayers
import Autograd
import CoreLayers
import Kernels
import Tensors
import TestSupport
import Testing

/// Every kind of positions that attention sees, by name.
enum PositionKind: String, CaseIterable, Sendable {
  case none, relative, relativeShared, rotary, linear, bucketed

  /// Parameters far from 0.
  func make(headCount: Int, width: Int, valueWidth: Int, using generator: inout SeededGenerator)
    throws -> (any AttentionPositions)?
  {
    let positions: (any AttentionPositions)? =
      switch self {
      case .none: nil
      case .relative, .relativeShared:
        RelativePositions(
          reach: 3, headCount: headCount, keyDimension: width, valueDimension: valueWidth,
          areShared: self == .relativeShared, using: &generator)
      case .rotary: try RotaryPositions(keyDimension: width)
      case .linear: LinearBiases(headCount: headCount)
      case .bucketed:
        BucketedBiases(
          headCount: headCount, bucketCount: 8, maximumDistance: 9, isBidirectional: false,
          using: &generator)
      }
    for item in positions?.parameters ?? [] {
      item.parameter.value = .normal(item.parameter.shape, using: &generator)
    }
    return positions
  }
}

/// One choice of parts that make sense together.
struct Combination: CustomTestStringConvertible, Sendable {
  let score: ScoreKind
  let positions: PositionKind
  let window: Int?

  var testDescription: String {
    "\(score), \(positions)\(window.map { ", window \($0)" } ?? "")"
  }

  static let all = ScoreKind.allCases.flatMap { score in
    PositionKind.allCases.flatMap { positions in
      [nil, 2].map { Combination(score: score, positions: positions, window: $0) }
    }
  }.filter(\.makesSense)

  /// What the papers define; see the tests of refusals.
  var makesSense: Bool {
    switch positions {
    case .none, .linear, .bucketed: true
    case .relative, .relativeShared: score == .dot || score == .scaledDot
    case .rotary: score == .dot || score == .scaledDot || score == .cosine
    }
  }

  func parts(using generator: inout SeededGenerator) throws -> (
    any ScoreFunction, (any AttentionPositions)?
  ) {
    let score =
      score == .additive
      ? AdditiveScore(
        queryDimension: 8, keyDimension: 8, dimension: 3, headCount: 2, using: &generator)
      : score.make(queryWidth: 4, keyWidth: 4, headCount: 2, using: &generator)
    return (
      score, try positions.make(headCount: 2, width: 4, valueWidth: 3, using: &generator)
    )
  }

  func layer(_ seed: UInt64 = 11) throws -> MultiHeadAttention {
    var generator = SeededGenerator(seed: seed)
    let (score, positions) = try parts(using: &generator)
    return MultiHeadAttention(
      modelDimension: 6, headCount: 2, keyDimension: 4, valueDimension: 3,
      mechanism: try SoftAttention(score: score, positions: positions, window: window),
      using: &generator)
  }
}

@Suite struct SoftAttentionTests {
  /// 21 steps: the cache grows once, and distances go beyond reach, buckets and window.
  @Test(arguments: Combination.all)
  func stepsEqualTheFullPass(_ combination: Combination) throws {
    let layer = try combination.layer()
    var generator = SeededGenerator(seed: 12)
    let x = Variable(.normal([2, 21, 6], using: &generator))
    let whole = layer(x, mask: .causal, in: .inference())
    var cache = layer.emptyCache(batch: 2)
    for position in 0..<21 {
      let step = layer.step(
        x.slice(axis: 1, position..<position + 1), cache: &cache, in: .inference())
      expectClose(
        step.value, whole.slice(axis: 1, position..<position + 1).value, relative: 4e-6,
        "position \(position)")
    }
  }

  /// The fast path and the weights that are shown are one attention.
  @Test(arguments: Combination.all)
  func writtenWeightsMixToTheSame(_ combination: Combination) throws {
    let layer = try combination.layer()
    var generator = SeededGenerator(seed: 13)
    let x = Variable(.normal([2, 11, 6], using: &generator))
    let mask = AttentionMask.causal.intersection(
      .padding(keyLengths: [11, 4], queryLengths: [11, 4]))
    let record = AttentionRecord()
    let output = layer(x, mask: mask, in: .inference(recording: record)).value
    let weights = record.weights[0]
    for row in 0..<11 {
      for column in 0..<11 {
        let isNear = combination.window.map { abs(row - column) <= $0 } ?? true
        if !isNear || column > row { #expect(weights[0, 1, row, column] == 0) }
      }
      #expect(abs((0..<11).reduce(0) { $0 + weights[0, 1, row, $1] } - 1) < 1e-5)
    }
    var mixed = mixedValues(
      weights: Variable(weights), value: layer.valueProjection(x, in: .inference()), mask: mask)
    if let relative = (layer.mechanism as? SoftAttention)?.positions as? RelativePositions {
      let terms = try #require(
        relative.distanceTerms(largestDistance: 11, in: .inference()))
      let positions = mask.queryPositions(batch: 2, queryCount: 11, keyCount: 11)
      mixed = mixed + (try #require(terms.output(weights: Variable(weights), positions: positions)))
    }
    expectClose(
      output, layer.outputProjection(mixed, in: .inference()).value, relative: 1e-5)
  }

  /// A window as wide as the sequence hides nothing.
  @Test(arguments: Combination.all.filter { $0.window == nil })
  func aWindowAsWideAsTheSequenceEqualsNone(_ combination: Combination) throws {
    let layer = try combination.layer()
    let wide = try Combination(
      score: combination.score, positions: combination.positions, window: 12
    ).layer()
    var generator = SeededGenerator(seed: 14)
    let x = Variable(.normal([2, 13, 6], using: &generator))
    for mask in [AttentionMask.none, .causal, .padding(keyLengths: [13, 5])] {
      expectClose(
        wide(x, mask: mask, in: .inference()).value, layer(x, mask: mask, in: .inference()).value,
        relative: 1e-6)
    }
  }

  /// Positions that know distances only do not see where a sentence stands: the same words after others, within a
  /// window that hides those, attend as they did.
  @Test(arguments: PositionKind.allCases)
  func onlyDistancesCount(_ kind: PositionKind) throws {
    let layer = try Combination(score: .scaledDot, positions: kind, window: 2).layer()
    var generator = SeededGenerator(seed: 15)
    let words = Tensor.normal([1, 9, 6], using: &generator)
    let others = Tensor.normal([1, 40, 6], using: &generator)
    let alone = layer(Variable(words), mask: .causal, in: .inference())
    let later = layer(
      concatenate([Variable(others), Variable(words)], axis: 1), mask: .causal, in: .inference())
    // The first two still see what stood before.
    expectClose(
      later.slice(axis: 1, 42..<49).value, alone.slice(axis: 1, 2..<9).value, relative: 2e-5)
  }

  /// Without positions attention is blind to order; with any of them it is not.
  @Test(arguments: PositionKind.allCases)
  func orderIsSeen(_ kind: PositionKind) throws {
    let layer = try Combination(score: .scaledDot, positions: kind, window: nil).layer()
    var generator = SeededGenerator(seed: 16)
    let words = Variable(.normal([7, 6], using: &generator))
    func last(_ order: [Int]) -> Tensor {
      layer(words.gatherRows(order).reshaped([1, 7, 6]), mask: .causal, in: .inference())
        .slice(axis: 1, 6..<7).value
    }
    let (one, other) = (last([0, 1, 2, 3, 4, 5, 6]), last([3, 1, 4, 0, 5, 2, 6]))
    let difference = zip(one.scalars, other.scalars).map { abs($0 - $1) }.max() ?? 0
    #expect(kind == .none ? difference < 1e-6 : difference > 1e-3)
  }

  @Test(arguments: Combination.all.filter { $0.window == 2 })
  func gradients(_ combination: Combination) throws {
    let layer = try combination.layer()
    var generator = SeededGenerator(seed: 17)
    // A few elements of each tensor; score functions and distance terms have tests of their own.
    checkGradients(
      of: [.normal([2, 5, 6], standardDeviation: 0.7, using: &generator)],
      parameters: layer.mechanism.parameters.map(\.parameter), step: 0.02, tolerance: 4e-3,
      elementLimit: 6
    ) { inputs, context in
      layer(
        inputs[0], mask: .causal.intersection(.padding(keyLengths: [5, 3], queryLengths: [5, 3])),
        in: context)
    }
  }

  @Test(arguments: Combination.all)
  func childrenAreComplete(_ combination: Combination) throws {
    expectChildrenComplete(try combination.layer())
  }

  @Test func relativeEmbeddingsOfZeroEqualNone() throws {
    let layer = try Combination(score: .scaledDot, positions: .relative, window: nil).layer()
    for item in layer.mechanism.parameters { item.parameter.value = .zeros(item.parameter.shape) }
    var generator = SeededGenerator(seed: 1)
    let plain = MultiHeadAttention(
      modelDimension: 6, headCount: 2, keyDimension: 4, valueDimension: 3, using: &generator)
    for (mine, theirs) in zip(plain.parameters, layer.parameters) {
      mine.parameter.value = theirs.parameter.value
    }
    let x = Variable(.normal([2, 9, 6], using: &generator))
    expectClose(
      layer(x, mask: .causal, in: .inference()).value,
      plain(x, mask: .causal, in: .inference()).value, relative: 1e-6)
  }

  @Test(arguments: ScoreKind.allCases, PositionKind.allCases)
  func whatMakesNoSenseIsRefused(_ score: ScoreKind, _ positions: PositionKind) throws {
    let combination = Combination(score: score, positions: positions, window: nil)
    if combination.makesSense {
      _ = try combination.layer()
    } else {
      let error = try #require(throws: AttentionCombinationError.self) {
        try combination.layer()
      }
      #expect(error.description.contains("Score") && error.description.contains("Positions"))
      #expect(error.reason.count > 20)
    }
  }

  @Test func oddHeadsAndNegativeWindowsAreRefused() {
    #expect(throws: AttentionCombinationError.self) { try RotaryPositions(keyDimension: 5) }
    #expect(throws: AttentionCombinationError.self) { try SoftAttention(window: -1) }
    #expect(throws: Never.self) { try SoftAttention(window: 0) }
  }
}
