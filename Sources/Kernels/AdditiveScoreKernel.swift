internal import CKernels

/// Additive attention scores of several heads, Σ_a v_a tanh(q_a + k_a), without a tensor of all tanh values.
///
/// Queries are [B, T, H, A], keys [B, S, H, A], v [H, A] and scores [B, H, T, S].
public struct AdditiveScoreKernel {
  let batch: Int
  let heads: Int
  let queryCount: Int
  let keyCount: Int
  let width: Int

  /// B, H, T, S and A.
  public init(batch: Int, heads: Int, queryCount: Int, keyCount: Int, width: Int) {
    self.batch = batch
    self.heads = heads
    self.queryCount = queryCount
    self.keyCount = keyCount
    self.width = width
  }

  private var stride: Int { heads * width }

  /// Writes all scores.
  public func forward(
    queries: UnsafePointer<Float>, keys: UnsafePointer<Float>, vector: UnsafePointer<Float>,
    scores: UnsafeMutablePointer<Float>
  ) {
    let grain = max(1, 1 << 14 / max(1, keyCount * width))
    ThreadPool.forEachRange(of: batch * heads * queryCount, grain: grain) { range in
      for row in range {
        let (pair, query) = (row / queryCount, row % queryCount)
        let (b, h) = (pair / heads, pair % heads)
        VectorKernels.active.additive_scores(
          queries + (b * queryCount + query) * stride + h * width,
          keys + b * keyCount * stride + h * width, stride, vector + h * width,
          scores + row * keyCount, keyCount, width)
      }
    }
  }

  /// Adds to the gradients of queries and keys; writes to those of v, one row for each sequence: [B, H, A]. What a
  /// score with gradient 0 was made of is not read.
  ///
  /// One thread has all of a head of a sequence, so sums have one order.
  public func backward(
    queries: UnsafePointer<Float>, keys: UnsafePointer<Float>, vector: UnsafePointer<Float>,
    scoreGradient: UnsafePointer<Float>, queryGradient: UnsafeMutablePointer<Float>,
    keyGradient: UnsafeMutablePointer<Float>, vectorGradient: UnsafeMutablePointer<Float>
  ) {
    let grain = max(1, 1 << 14 / max(1, queryCount * keyCount * width))
    ThreadPool.forEachRange(of: batch * heads, grain: grain) { range in
      for pair in range {
        let (b, h) = (pair / heads, pair % heads)
        let sums = vectorGradient + pair * width
        sums.update(repeating: 0, count: width)
        let keyOffset = b * keyCount * stride + h * width
        for query in 0..<queryCount {
          let offset = (b * queryCount + query) * stride + h * width
          VectorKernels.active.additive_scores_backward(
            queries + offset, keys + keyOffset, stride, vector + h * width,
            scoreGradient + (pair * queryCount + query) * keyCount, queryGradient + offset,
            keyGradient + keyOffset, stride, sums, keyCount, width)
        }
      }
    }
  }
}
