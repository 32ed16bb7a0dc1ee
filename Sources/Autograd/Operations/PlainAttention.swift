public import Kernels
internal import Tensors

/// Attention as the composition of small operations that the paper writes down: it holds the n × n matrix, and
/// it is what ``attention(query:key:value:headCount:mask:scale:dropout:)`` is tested against.
///
/// The arguments and the result are those of that function.
public func plainAttention(
  query: Variable, key: Variable, value: Variable, headCount: Int,
  mask: AttentionMask = .none, scale: Float? = nil, dropout: DropoutMask = .none
) -> Variable {
  plainAttention(
    query: query, key: key, value: value, headCount: headCount, mask: mask, scale: scale,
    dropout: dropout, distances: nil)
}

/// The same with what the distances of keys from queries add.
public func plainAttention(
  query: Variable, key: Variable, value: Variable, headCount: Int,
  mask: AttentionMask = .none, scale: Float? = nil, dropout dropoutMask: DropoutMask = .none,
  distances: DistanceTerms?
) -> Variable {
  checkAttentionShapes(query.shape, key.shape, value.shape, headCount: headCount, mask: mask)
  let hidden = mask.keysHiddenByPattern(
    batch: query.shape[0], queryCount: query.shape[1], keyCount: key.shape[1])
  let (key, value) = (clearing(hidden, in: key), clearing(hidden, in: value))
  var scores = attentionScores(query: query, key: key, headCount: headCount, scale: scale)
  let positions = mask.queryPositions(
    batch: query.shape[0], queryCount: query.shape[1], keyCount: key.shape[1])
  let added = distances?.scores(
    query: query, headCount: headCount,
    scale: scale ?? 1 / Float(max(1, query.shape[2] / headCount)).squareRoot(),
    positions: positions, keyCount: key.shape[1])
  if let added { scores = scores + added }
  let weights = dropout(softmax(masked(scores, by: mask)), dropoutMask)
  let mixed = mergeHeads(matmul(weights, splitHeads(value, headCount: headCount)))
  return distances?.output(weights: weights, positions: positions).map { mixed + $0 } ?? mixed
}

/// scale Q Kᵀ for each head: [B, H, T, S].
func attentionScores(query: Variable, key: Variable, headCount: Int, scale: Float?) -> Variable {
  let keyDimension = query.shape[2] / headCount
  return matmul(
    splitHeads(query, headCount: headCount), splitHeads(key, headCount: headCount),
    transposeB: true) * (scale ?? 1 / Float(max(1, keyDimension)).squareRoot())
}

/// [B, T, H K] to [B, H, T, K].
public func splitHeads(_ input: Variable, headCount: Int) -> Variable {
  let shape = input.shape
  if shape.rank != 3 || shape[2] % headCount != 0 {
    stopOnShapes("splitHeads", "[B, T, H K] with H = \(headCount)", shape)
  }
  return input.reshaped([shape[0], shape[1], headCount, shape[2] / headCount])
    .transposed(axes: [0, 2, 1, 3])
}

/// [B, H, T, K] to [B, T, H K].
public func mergeHeads(_ input: Variable) -> Variable {
  let shape = input.shape
  if shape.rank != 4 { stopOnShapes("mergeHeads", "[B, H, T, K]", shape) }
  return input.transposed(axes: [0, 2, 1, 3])
    .reshaped([shape[0], shape[2], shape[1] * shape[3]])
}
