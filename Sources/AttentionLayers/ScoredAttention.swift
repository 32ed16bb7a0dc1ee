internal import Autograd
internal import CoreLayers
internal import Kernels
internal import Tensors

/// What soft and hard attention have in common: scores, from a score function and positions, within a window.
struct ScoredAttention {
  let score: any ScoreFunction
  let positions: (any AttentionPositions)?
  let window: Int?

  /// - Throws: ``AttentionCombinationError``
  init(score: any ScoreFunction, positions: (any AttentionPositions)?, window: Int?) throws {
    if let reason = positions?.objection(to: score), let positions {
      throw AttentionCombinationError(
        combination: "\(type(of: positions)) with \(type(of: score))", reason: reason)
    }
    if let window, window < 0 {
      throw AttentionCombinationError(
        combination: "a window of \(window)",
        reason: "it is how far a position looks, at least 0")
    }
    self.score = score
    self.positions = positions
    self.window = window
  }

  var children: [LayerChild] {
    [.layer("score", score)] + (positions.map { [.layer("positions", $0)] } ?? [])
  }

  /// One attention, its queries and keys in their places.
  struct Call {
    let query: Variable
    let keys: PreparedKeys
    let value: Variable
    let headCount: Int
    let mask: AttentionMask
    let distances: DistanceTerms?
    /// Each query's position among the keys, [B, T].
    let queryPositions: [Int32]

    var keyCount: Int { keys.keys.shape[1] }
  }

  func call(_ heads: AttentionHeads, mask: AttentionMask, in context: ForwardContext) -> Call {
    let mask = window.map { mask.intersection(.window($0)) } ?? mask
    let (batch, queryCount) = (heads.query.shape[0], heads.query.shape[1])
    let keyCount = heads.key.shape[1]
    guard let positions else {
      return Call(
        query: heads.query,
        keys: score.prepare(heads.key, headCount: heads.headCount, in: context),
        value: heads.value, headCount: heads.headCount, mask: mask, distances: nil,
        queryPositions: [])
    }
    let queryPositions = mask.queryPositions(
      batch: batch, queryCount: queryCount, keyCount: keyCount)
    let keyPositions = (0..<batch).flatMap { _ in (0..<keyCount).map { Int32($0) } }
    let keys = positions.placed(heads.key, at: keyPositions, headCount: heads.headCount)
    // From the first query to the last key or from the last query to the first key.
    let first = queryPositions.min() ?? 0
    let last = queryPositions.max() ?? 0
    let largest = max(0, keyCount - 1 - Int(first), Int(last))
    return Call(
      query: positions.placed(heads.query, at: queryPositions, headCount: heads.headCount),
      keys: score.prepare(keys, headCount: heads.headCount, in: context), value: heads.value,
      headCount: heads.headCount, mask: mask,
      distances: positions.distanceTerms(
        largestDistance: min(largest, mask.window ?? largest), in: context),
      queryPositions: queryPositions)
  }

  /// Scores written out, [B, H, T, S], before the mask.
  func scores(_ call: Call, in context: ForwardContext) -> Variable {
    let scores = score.scores(call.query, call.keys, headCount: call.headCount, in: context)
    let product = score as? any ProductScoreFunction
    let added = call.distances?.scores(
      query: product?.prepare(query: call.query, headCount: call.headCount, in: context)
        ?? call.query, headCount: call.headCount,
      scale: product?.scale(keyDimension: call.keys.keys.shape[2] / call.headCount) ?? 1,
      positions: call.queryPositions, keyCount: call.keyCount)
    return added.map { scores + $0 } ?? scores
  }

  /// Values mixed by weights that are written out, [B, T, H Kv].
  func mix(_ weights: Variable, _ call: Call) -> Variable {
    let mixed = mixedValues(weights: weights, value: call.value, mask: call.mask)
    return call.distances?.output(weights: weights, positions: call.queryPositions)
      .map { mixed + $0 } ?? mixed
  }

  /// Soft attention, in tiles where the score function knows how.
  func attend(_ call: Call, dropout: DropoutMask, in context: ForwardContext) -> Variable {
    if let tiled = score as? any TiledScoreFunction {
      return tiled.tiledAttention(
        call.query, call.keys, value: call.value, headCount: call.headCount, mask: call.mask,
        dropout: dropout, distances: call.distances, in: context)
    }
    return mix(Autograd.dropout(weights(call, in: context), dropout), call)
  }

  /// Soft weights, [B, H, T, S].
  func weights(_ call: Call, in context: ForwardContext) -> Variable {
    attentionSoftmax(scores(call, in: context), mask: call.mask)
  }
}
