import AttentionKit

/// One member of the attention family.
struct AttentionKind {
  /// How far a window reaches.
  static let radius = 64
  /// The largest distance that relative positions tell apart.
  static let reach = 16

  let name: String
  var score: any ScoreFunction = DotScore.scaled
  var positions: (any AttentionPositions)?
  var window: Int?
  var isCausal = false
  /// Whether the matrix of scores is written out.
  var isPlain = false

  /// All members.
  static func all(headCount: Int, headDimension: Int, seed: UInt64) -> [AttentionKind] {
    var generator = SeededGenerator(seed: combineSeeds(seed, 7))
    let additive = AdditiveScore(
      projectedDimension: headDimension, headCount: headCount, using: &generator)
    return [
      AttentionKind(name: "scaled dot"), AttentionKind(name: "causal", isCausal: true),
      AttentionKind(name: "plain", isPlain: true),
      AttentionKind(name: "window", window: radius),
      AttentionKind(name: "causal window", window: radius, isCausal: true),
      AttentionKind(name: "additive", score: additive),
      AttentionKind(name: "additive window", score: additive, window: radius),
      AttentionKind(
        name: "general",
        score: GeneralScore(
          queryDimension: headDimension, keyDimension: headDimension, headCount: headCount,
          using: &generator)),
      AttentionKind(name: "cosine", score: CosineScore(headCount: headCount)),
      AttentionKind(
        name: "relative",
        positions: RelativePositions(
          reach: reach, headCount: headCount, keyDimension: headDimension,
          valueDimension: headDimension, using: &generator)),
      AttentionKind(name: "rotary", positions: try? RotaryPositions(keyDimension: headDimension)),
      AttentionKind(name: "ALiBi", positions: LinearBiases(headCount: headCount)),
      AttentionKind(
        name: "T5 biases",
        positions: BucketedBiases(
          headCount: headCount, isBidirectional: true, using: &generator)),
    ]
  }

  /// Whether it is measured when nothing is said about how long to measure.
  var isCommon: Bool {
    ["scaled dot", "causal", "plain", "window", "additive", "relative"].contains(name)
  }

  /// The lengths it is measured at: as long as patience allows. A plain one too long for memory shows as a hole.
  func lengths(_ extent: Extent, isBackward: Bool) -> [Int] {
    // Half octaves where exponents are fitted.
    func between(_ shortest: Int, _ longest: Int) -> [Int] {
      [
        64, 128, 256, 512, 724, 1024, 1448, 2048, 2896, 4096, 5793, 8192, 11585, 16384,
      ].filter { $0 >= shortest && $0 <= longest }
    }
    let isScaledDot = positions == nil && score is DotScore
    let isAdditive = score is AdditiveScore
    switch extent {
    case .quick: return window == nil ? [64, 128, 256] : [256, 512, 1024]
    case .normal:
      if isPlain { return [64, 128, 256, 512] + (isBackward ? [8192] : [1024, 8192]) }
      if window != nil { return [256, 512, 1024, 2048] + (isBackward ? [] : [4096]) }
      if name == "scaled dot" {
        return between(64, isBackward ? 1024 : 2048).filter { $0 != 724 }
      }
      if isAdditive { return isBackward ? [128, 181, 256, 362] : [128, 256, 362, 512] }
      return isBackward ? [128, 256, 362, 512] : [256, 512, 724, 1024]
    case .full:
      if isPlain { return [64, 128, 256, 512, 1024, 2048, 4096, 8192] }
      if window != nil && !isAdditive { return between(256, 16384) }
      if isAdditive { return between(64, window != nil ? 8192 : 2048) }
      if !isScaledDot { return between(64, isBackward ? 2048 : 4096) }
      return between(64, 16384)
    }
  }

  var mask: AttentionMask {
    let mask: AttentionMask = isCausal ? .causal : .none
    return window.map { mask.intersection(.window($0)) } ?? mask
  }

  /// The keys that position `row` of `length` looks at.
  func keys(of row: Int, length: Int) -> Range<Int> {
    let first = window.map { max(0, row - $0) } ?? 0
    let end = isCausal ? row + 1 : window.map { min(length, row + $0 + 1) } ?? length
    return first..<end
  }

  /// The parameters of scores and positions.
  var parameters: [Parameter] {
    (score.parameters + (positions?.parameters ?? [])).map(\.parameter)
  }

  /// All positions, as the library computes them.
  func attend(
    _ query: Variable, _ key: Variable, _ value: Variable, headCount: Int,
    in context: ForwardContext
  ) -> Variable {
    if isPlain {
      return plainAttention(query: query, key: key, value: value, headCount: headCount, mask: mask)
    }
    guard let mechanism = try? SoftAttention(score: score, positions: positions, window: window)
    else { fatalError("\(name): these parts do not go together") }
    return mechanism(
      AttentionHeads(query: query, key: key, value: value, headCount: headCount),
      mask: isCausal ? .causal : .none, dropout: .none, in: context)
  }

  /// One query by the definition: its scores with the keys that it looks at, their softmax, the mixed values.
  func attendPlainly(
    _ query: Variable, at row: Int, _ key: Variable, _ value: Variable, headCount: Int,
    in context: ForwardContext
  ) -> Variable {
    let seen = keys(of: row, length: key.shape[1])
    let places = seen.map { Int32($0) }
    let own = Int32(row - seen.lowerBound)
    var q = query
    var k = key.slice(axis: 1, seen)
    if let positions {
      q = positions.placed(q, at: [Int32(row)], headCount: headCount)
      k = positions.placed(k, at: places, headCount: headCount)
    }
    let distances = positions?.distanceTerms(largestDistance: key.shape[1], in: context)
    var scores = plainScores(q, k, headCount: headCount, in: context)
    let width = q.shape.last / headCount
    if let added = distances?.scores(
      query: q, headCount: headCount, scale: 1 / Float(width).squareRoot(), positions: [own],
      keyCount: seen.count)
    {
      scores = scores + added
    }
    let weights = softmax(scores)
    let mixed = mergeHeads(
      matmul(weights, splitHeads(value.slice(axis: 1, seen), headCount: headCount)))
    return distances?.output(weights: weights, positions: [own]).map { mixed + $0 } ?? mixed
  }

  /// [1, H, 1, S]
  private func plainScores(
    _ query: Variable, _ key: Variable, headCount: Int, in context: ForwardContext
  ) -> Variable {
    guard let additive = score as? AdditiveScore else {
      return score.scores(
        query, score.prepare(key, headCount: headCount, in: context), headCount: headCount,
        in: context)
    }
    let (count, width) = (key.shape[1], key.shape[2])
    let vector = context.variable(additive.vector).reshaped([headCount, width / headCount, 1])
    let values = activate(
      key.reshaped([count, width]).addingToRows(query.reshaped([width])), .tanh)
    return matmul(
      values.reshaped([count, headCount, width / headCount]).transposed(axes: [1, 0, 2]), vector
    ).reshaped([1, headCount, 1, count])
  }
}
