/// Additive attention scores of several heads, Σ_a v_a tanh(q_a + k_a), without a tensor of all tanh values.
///
/// Queries are [B, T, H, A], keys [B, S, H, A], v [H, A] and scores [B, H, T, S].
public struct AdditiveScoreKernel {
  /// Queries and keys of a tile: its exponentials stay in a core's L2.
  private static let queriesPerTile = 64
  private static let keysPerTile = 512

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
  private var blocksPerHead: Int {
    (queryCount + Self.queriesPerTile - 1) / Self.queriesPerTile
  }
  private var keyCapacity: Int { min(Self.keysPerTile, keyCount) }
  private var scratchSize: Int {
    AdditiveBlock.scratchSize(
      queries: min(Self.queriesPerTile, queryCount), keys: keyCapacity, width: width)
  }

  /// Writes all scores.
  public func forward(
    queries: UnsafePointer<Float>, keys: UnsafePointer<Float>, vector: UnsafePointer<Float>,
    scores: UnsafeMutablePointer<Float>
  ) {
    let work = min(Self.queriesPerTile, queryCount) * keyCount * width
    ThreadPool.forEachRange(
      of: batch * heads * blocksPerHead, grain: max(1, 1 << 16 / max(1, work))
    ) { range in
      BufferPool.withScratch(scratchSize) { scratch in
        for index in range {
          let pair = index / blocksPerHead
          forEachTile(
            pair, block: index % blocksPerHead, queries, keys, vector, scratch
          ) { block, keys, place in
            block.score(keys, into: scores + place.score, stride: keyCount)
          }
        }
      }
    }
  }

  /// Adds to the gradients of queries and keys; writes to those of v, one row for each sequence: [B, H, A]. A score
  /// with gradient 0 passes nothing on, whatever it was made of.
  ///
  /// One thread has all of a head of a sequence, so sums have one order.
  public func backward(
    queries: UnsafePointer<Float>, keys: UnsafePointer<Float>, vector: UnsafePointer<Float>,
    scoreGradient: UnsafePointer<Float>, queryGradient: UnsafeMutablePointer<Float>,
    keyGradient: UnsafeMutablePointer<Float>, vectorGradient: UnsafeMutablePointer<Float>
  ) {
    let grain = max(1, 1 << 16 / max(1, queryCount * keyCount * width))
    ThreadPool.forEachRange(of: batch * heads, grain: grain) { range in
      BufferPool.withScratch(scratchSize) { scratch in
        for pair in range {
          let sums = vectorGradient + pair * width
          sums.update(repeating: 0, count: width)
          for index in 0..<blocksPerHead {
            forEachTile(pair, block: index, queries, keys, vector, scratch) { block, keys, place in
              block.addGradients(
                keys, scoreGradient: scoreGradient + place.score, stride: keyCount,
                queryGradient: queryGradient + place.query, keyGradient: keyGradient + place.key,
                vectorGradient: sums)
            }
          }
        }
      }
    }
  }

  /// Where a tile's first query, first key and first score are.
  private struct Place {
    let query: Int
    let key: Int
    let score: Int
  }

  private func forEachTile(
    _ pair: Int, block index: Int, _ queries: UnsafePointer<Float>, _ keys: UnsafePointer<Float>,
    _ vector: UnsafePointer<Float>, _ scratch: UnsafeMutablePointer<Float>,
    _ body: (AdditiveBlock, AdditiveBlock.Keys, Place) -> Void
  ) {
    let (b, h) = (pair / heads, pair % heads)
    let first = index * Self.queriesPerTile
    let query = (b * queryCount + first) * stride + h * width
    let block = AdditiveBlock(
      queries: queries + query, vector: vector + h * width,
      rows: min(Self.queriesPerTile, queryCount - first), width: width, stride: stride,
      keyCapacity: keyCapacity, scratch: scratch)
    var start = 0
    while start < keyCount {
      let count = min(Self.keysPerTile, keyCount - start)
      let key = (b * keyCount + start) * stride + h * width
      body(
        block, block.prepare(keys: keys + key, count: count),
        Place(query: query, key: key, score: (pair * queryCount + first) * keyCount + start))
      start += count
    }
  }
}
