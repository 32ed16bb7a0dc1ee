internal import Kernels
internal import Tensors

/// Attention weights from scores: softmax over the keys that each query may look at, 0 elsewhere (and everywhere
/// for a query that may look at nothing).
///
/// - Parameter scores: [B, H, T, S]; those of hidden keys may be anything, NaN included.
/// - Returns: [B, H, T, S]
public func attentionSoftmax(_ scores: Variable, mask: AttentionMask = .none) -> Variable {
  let shape = scores.shape
  if shape.rank != 4 { stopOnShapes("attentionSoftmax", "[B, H, T, S]", shape) }
  let layout = WrittenLayout(shape, mask: mask)
  var weights = Tensor(uninitialized: shape)
  layout.withGeometry { geometry in
    WrittenAttention.softmax(
      geometry, scores: scores.value.pointer, into: weights.mutablePointer)
  }
  return .result(weights, of: scores) { [weights] gradient, accumulator in
    var dScores = Tensor(uninitialized: shape)
    layout.withGeometry { geometry in
      WrittenAttention.softmaxBackward(
        geometry, weights: weights.pointer, gradient: gradient.pointer,
        into: dScores.mutablePointer)
    }
    accumulator.add(dScores, to: scores)
  }
}

/// Values mixed by attention weights, heads side by side. Values of keys that the mask hides from all queries are
/// not read.
///
/// - Parameters:
///   - weights: [B, H, T, S], 0 where `mask` hides a key.
///   - value: [B, S, H Kv]
///   - mask: the mask that the weights were made with.
/// - Returns: [B, T, H Kv]
public func mixedValues(
  weights: Variable, value: Variable, mask: AttentionMask = .none
) -> Variable {
  let (w, v) = (weights.shape, value.shape)
  guard w.rank == 4, v.rank == 3, w[0] == v[0], w[3] == v[1], w[1] > 0, v[2] % w[1] == 0 else {
    stopOnShapes("mixedValues", "weights [B, H, T, S] and value [B, S, H Kv]", w, v)
  }
  let layout = WrittenLayout(w, mask: mask, valueDimension: v[2] / w[1])
  let value = clearing(
    mask.keysHiddenByPattern(batch: w[0], queryCount: w[2], keyCount: w[3]), in: value)
  var output = Tensor(uninitialized: [w[0], w[2], v[2]])
  layout.withGeometry { geometry in
    WrittenAttention.mix(
      geometry, weights: weights.value.pointer, values: value.value.pointer,
      into: output.mutablePointer)
  }
  return .result(output, of: weights, value) { gradient, accumulator in
    var dWeights = accumulator.wants(weights) ? Tensor(uninitialized: w) : nil
    var dValue = accumulator.wants(value) ? Tensor(uninitialized: v) : nil
    layout.withGeometry { geometry in
      WrittenAttention.mixBackward(
        geometry, weights: weights.value.pointer, values: value.value.pointer,
        outputGradient: gradient.pointer, weightGradient: dWeights?.mutablePointer,
        valueGradient: dValue?.mutablePointer)
    }
    if let dWeights { accumulator.add(dWeights, to: weights) }
    if let dValue { accumulator.add(dValue, to: value) }
  }
}

/// Scores or weights [B, H, T, S] and what a mask lets each query see.
private struct WrittenLayout {
  private let geometry: AttentionGeometry
  private let allowed: [UInt8]?

  init(_ shape: Shape, mask: AttentionMask, valueDimension: Int = 0) {
    let (batch, queryCount, keyCount) = (shape[0], shape[2], shape[3])
    mask.check(batch: batch, queryCount: queryCount, keyCount: keyCount)
    let ranges = mask.keyRanges(batch: batch, queryCount: queryCount, keyCount: keyCount)
    allowed = mask.allowed.map { $0.map { $0 ? 1 : 0 } }
    geometry = AttentionGeometry(
      batch: batch, heads: shape[1], queryLength: queryCount, keyLength: keyCount,
      keyDimension: valueDimension, valueDimension: valueDimension, scale: 1,
      firstKeys: ranges.first, endKeys: ranges.end,
      isAllowedShared: (allowed?.count ?? 0) == queryCount * keyCount)
  }

  func withGeometry(_ body: (AttentionGeometry) -> Void) {
    withAllowed(geometry, allowed, body)
  }
}
