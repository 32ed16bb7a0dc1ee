internal import CKernels

/// Terms by distance in matrices that are written out, [B, H, T, S].
public struct DistanceKernel {
  let batch: Int
  let heads: Int
  let queryCount: Int
  let keyCount: Int
  let reach: Int
  let positions: [Int32]

  /// - Parameters:
  ///   - reach: the largest distance that counts.
  ///   - positions: each query's own position among the keys, [B, T].
  public init(
    batch: Int, heads: Int, queryCount: Int, keyCount: Int, reach: Int, positions: [Int32]
  ) {
    self.batch = batch
    self.heads = heads
    self.queryCount = queryCount
    self.keyCount = keyCount
    self.reach = reach
    self.positions = positions
  }

  private var count: Int { 2 * reach + 1 }

  /// Adds to each element of [B, H, T, S] the term of its distance.
  ///
  /// - Parameter terms: [B, H, T, 2 reach + 1], or [H, 2 reach + 1] when `isShared` by queries.
  public func spread(
    _ terms: UnsafePointer<Float>, isShared: Bool, into target: UnsafeMutablePointer<Float>
  ) {
    forEachHead { pair, offsets in
      VectorKernels.active.add_distance_terms(
        target + pair * queryCount * keyCount, keyCount, queryCount, keyCount, offsets,
        terms + (isShared ? pair % heads : pair * queryCount) * count, isShared ? 0 : count, count)
    }
  }

  /// Adds the elements of [B, H, T, S] up by distance.
  ///
  /// - Parameter sums: receives [B, H, T, 2 reach + 1], or [B, H, 2 reach + 1] when `isShared` by queries; added to.
  public func collect(
    _ source: UnsafePointer<Float>, isShared: Bool, into sums: UnsafeMutablePointer<Float>
  ) {
    forEachHead { pair, offsets in
      VectorKernels.active.sum_distance_terms(
        source + pair * queryCount * keyCount, keyCount, queryCount, keyCount, offsets,
        sums + pair * (isShared ? 1 : queryCount) * count, isShared ? 0 : count, count)
    }
  }

  /// Calls `body` with each head of each sequence and, for its queries, the place of key 0 among the terms.
  private func forEachHead(_ body: (Int, UnsafePointer<Int32>) -> Void) {
    let offsets = positions.map { Int32(reach) - $0 }
    let grain = max(1, (1 << 16) / max(1, queryCount * keyCount))
    offsets.withUnsafeBufferPointer { offsets in
      // Read by several threads, written by none.
      nonisolated(unsafe) let base = offsets.baseAddress
      ThreadPool.forEachRange(of: batch * heads, grain: grain) { range in
        guard let base else { return }
        for pair in range { body(pair, base + pair / heads * queryCount) }
      }
    }
  }
}
