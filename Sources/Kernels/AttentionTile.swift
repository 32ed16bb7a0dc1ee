internal import CKernels

/// One rectangle of scores: some queries of one head against some of its keys. Never more than this much of
/// the n × n matrix exists at a time.
struct AttentionTile {
  /// The most queries and keys in a tile. 128 × 512 scores are a quarter of a megabyte and stay in a core's L2.
  static let largestQueryCount = 128
  static let keyCount = 512

  let geometry: AttentionGeometry
  let batch: Int
  let head: Int
  let queries: Range<Int>
  let keys: Range<Int>

  /// The scores' memory, `stride` floats a row.
  var stride: Int { keys.count }

  /// For the queries `queries` of one head: calls `body` with each tile that holds a key one of them may
  /// look at. Tiles beyond the mask (the future, padding, outside the window) do not come up.
  static func forEach(
    _ geometry: AttentionGeometry, batch: Int, head: Int, queries: Range<Int>,
    _ body: (AttentionTile) -> Void
  ) {
    var first = Int32.max
    var end: Int32 = 0
    for row in queries {
      let index = batch * geometry.queryLength + row
      if geometry.firstKeys[index] < geometry.endKeys[index] {
        first = min(first, geometry.firstKeys[index])
        end = max(end, geometry.endKeys[index])
      }
    }
    var start = Int(first)
    while start < Int(end) {
      let stop = min(Int(end), start + keyCount)
      body(
        AttentionTile(
          geometry: geometry, batch: batch, head: head, queries: queries, keys: start..<stop))
      start = stop
    }
  }

  /// Calls `body` with the place of the tile's first key in each query's table of distances.
  func withDistances(_ terms: RelativeTerms, _ body: (UnsafePointer<Int32>) -> Void) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, queries.count)) { offsets in
      let first = Int32(keys.lowerBound + terms.reach)
      for row in 0..<queries.count {
        offsets[row] =
          first - terms.positions[batch * geometry.queryLength + queries.lowerBound + row]
      }
      body(offsets.baseAddress!)
    }
  }

  /// The part of each query's valid range that lies in this tile, counted from its first key: `queries.count`
  /// starts, then as many ends.
  func withRanges(_ body: (UnsafePointer<Int32>, UnsafePointer<Int32>) -> Void) {
    let count = queries.count
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count) { ranges in
      let base = ranges.baseAddress!
      let low = Int32(keys.lowerBound)
      let width = Int32(keys.count)
      for row in 0..<count {
        let index = batch * geometry.queryLength + queries.lowerBound + row
        base[row] = min(width, max(0, geometry.firstKeys[index] - low))
        base[count + row] = min(width, max(0, geometry.endKeys[index] - low))
      }
      body(base, base + count)
    }
  }

  /// The Boolean mask of this tile, or nil; a row is ``AttentionGeometry/keyLength`` bytes.
  var allowed: UnsafePointer<UInt8>? {
    geometry.allowed.map {
      let row = (geometry.isAllowedShared ? 0 : batch * geometry.queryLength) + queries.lowerBound
      return $0 + row * geometry.keyLength + keys.lowerBound
    }
  }

  /// Applies attention dropout to the tile: the mask's index of a weight is its place in [B, H, T, S].
  func dropout(
    _ mask: DropoutMask, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    let row = geometry.statisticsOffset(batch, head, queries.lowerBound)
    VectorKernels.active.dropout_rows(
      mask.kernel, UInt64(row * geometry.keyLength + keys.lowerBound),
      UInt64(geometry.keyLength), x, stride, y, stride, queries.count, keys.count)
  }
}
