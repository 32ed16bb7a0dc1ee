internal import Kernels
internal import Tensors

/// Additive scores of several heads (Bahdanau et al. 2015), Σ_a v_a tanh(q_a + k_a), for projected queries and
/// keys. The tensor of all tanh values never exists.
///
/// - Parameters:
///   - query: [B, T, H A], the heads side by side.
///   - key: [B, S, H A]
///   - vector: v of all heads, [H A].
///   - headCount: H
/// - Returns: [B, H, T, S]
public func additiveScores(
  query: Variable, key: Variable, vector: Variable, headCount: Int
) -> Variable {
  let (q, k) = (query.shape, key.shape)
  guard q.rank == 3, k.rank == 3, q[0] == k[0], q[2] == k[2], headCount > 0,
    q[2] % headCount == 0, vector.shape == [q[2]]
  else {
    stopOnShapes(
      "additiveScores", "query [B, T, H A], key [B, S, H A] and vector [H A] with H = \(headCount)",
      q, k, vector.shape)
  }
  let kernel = AdditiveScoreKernel(
    batch: q[0], heads: headCount, queryCount: q[1], keyCount: k[1], width: q[2] / headCount)
  var scores = Tensor(uninitialized: [q[0], headCount, q[1], k[1]])
  kernel.forward(
    queries: query.value.pointer, keys: key.value.pointer, vector: vector.value.pointer,
    scores: scores.mutablePointer)

  return .result(scores, of: query, key, vector) { gradient, accumulator in
    var (dQuery, dKey) = (Tensor.zeros(q), Tensor.zeros(k))
    var dVector = Tensor(uninitialized: [q[0], q[2]])
    kernel.backward(
      queries: query.value.pointer, keys: key.value.pointer, vector: vector.value.pointer,
      scoreGradient: gradient.pointer, queryGradient: dQuery.mutablePointer,
      keyGradient: dKey.mutablePointer, vectorGradient: dVector.mutablePointer)
    accumulator.add(dQuery, to: query)
    accumulator.add(dKey, to: key)
    accumulator.accumulate(into: vector) { pointer, isPresent in
      Reductions.columnSums(
        dVector.pointer, rows: q[0], columns: q[2], into: pointer, accumulate: isPresent)
    }
  }
}
