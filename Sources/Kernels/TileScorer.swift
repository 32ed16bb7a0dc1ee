/// What makes the scores of some queries of one head, tile by tile: scaled products, or additive scores.
struct TileScorer {
  private let geometry: AttentionGeometry
  private let queries: UnsafePointer<Float>
  private let keys: UnsafePointer<Float>
  /// Additive scores, or nil for products.
  let additive: AdditiveBlock?

  /// - Parameters:
  ///   - queries: all of them, [B, T, H, K].
  ///   - keys: all of them, [B, S, H, K].
  ///   - additive: v of additive scores, [H, K], or nil for products.
  ///   - scratch: with v, ``AttentionGeometry/additiveScratchSize`` floats, in use as long as this value.
  init(
    _ geometry: AttentionGeometry, batch: Int, head: Int, rows: Range<Int>,
    queries: UnsafePointer<Float>, keys: UnsafePointer<Float>, additive: UnsafePointer<Float>?,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.geometry = geometry
    self.queries = queries
    self.keys = keys
    self.additive = additive.map {
      AdditiveBlock(
        queries: queries + geometry.queryOffset(batch, head, rows.lowerBound),
        vector: $0 + head * geometry.keyDimension, rows: rows.count,
        width: geometry.keyDimension, stride: geometry.keyStride,
        keyCapacity: min(AttentionTile.keyCount, geometry.keyLength), scratch: scratch)
    }
  }

  /// Writes the scores of a tile. Returns what the way back from additive scores needs of its keys.
  func score(_ tile: AttentionTile, into scores: UnsafeMutablePointer<Float>)
    -> AdditiveBlock.Keys?
  {
    let key = keys + geometry.keyOffset(tile.batch, tile.head, tile.keys.lowerBound)
    if let additive {
      let ready = additive.prepare(keys: key, count: tile.keys.count)
      additive.score(ready, into: scores, stride: tile.stride)
      return ready
    }
    // scores = scale Q Kᵀ
    MatrixProduct.serial(
      rows: tile.queries.count, columns: tile.keys.count, inner: geometry.keyDimension,
      alpha: geometry.scale,
      MatrixOperand(
        queries + geometry.queryOffset(tile.batch, tile.head, tile.queries.lowerBound),
        stride: geometry.keyStride),
      MatrixOperand(key, stride: geometry.keyStride, transposed: true), into: scores,
      stride: tile.stride, precision: geometry.precision)
    return nil
  }
}

extension AttentionGeometry {
  /// Floats of scratch memory for the additive scores of a tile.
  var additiveScratchSize: Int {
    AdditiveBlock.scratchSize(
      queries: min(queriesPerTile, queryLength), keys: min(AttentionTile.keyCount, keyLength),
      width: keyDimension)
  }
}
