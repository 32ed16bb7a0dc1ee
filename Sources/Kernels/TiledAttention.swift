internal import CKernels
import Foundation

/// Scaled dot-product attention, softmax(scale Q Kᵀ) V, in tiles (Dao et al. 2022): memory grows with n and
/// not with n². A query that may look at nothing gets zeros.
///
/// Additive attention goes the same way: with a vector v its scores, Σ_a v_a tanh(q_a + k_a), stand where the scaled
/// products stand otherwise.
public enum TiledAttention {
  /// - Parameters:
  ///   - additive: v of additive scores, [H, K], or nil for products.
  ///   - relative: what the distances of keys from queries add, or nil.
  ///   - output: receives [B, T, H, Kv].
  ///   - logSumExp: receives, for each row in [B, H, T], the logarithm of the sum of its exponentials: all
  ///     that the backward pass needs to know about the softmax. -inf for a row that looks at nothing.
  public static func forward(
    _ geometry: AttentionGeometry, queries: UnsafePointer<Float>, keys: UnsafePointer<Float>,
    values: UnsafePointer<Float>, additive: UnsafePointer<Float>? = nil, dropout: DropoutMask,
    relative: RelativeTerms? = nil, output: UnsafeMutablePointer<Float>,
    logSumExp: UnsafeMutablePointer<Float>
  ) {
    let tile = geometry.queriesPerTile
    let blocksPerHead = (geometry.queryLength + tile - 1) / tile
    let blocks = geometry.batch * geometry.heads * blocksPerHead
    let rowCount = min(tile, geometry.queryLength)
    let scratch =
      rowCount * min(AttentionTile.keyCount, geometry.keyLength) + 3 * tile
      + 2 * (relative?.rowsSize(rowCount) ?? 0)
      + (additive == nil ? 0 : geometry.additiveScratchSize)
    // Short sequences: several heads to a block, so that handing out work does not count.
    let grain = max(1, 500_000 / max(1, geometry.operationsPerHead))
    ThreadPool.forEachRange(of: blocks, grain: grain) { range in
      BufferPool.withScratch(scratch) { scratch in
        for block in range {
          let pair = block / blocksPerHead
          // The last queries see the most keys of a causal mask: start with them.
          let start = (blocksPerHead - 1 - block % blocksPerHead) * tile
          forwardBlock(
            geometry, batch: pair / geometry.heads, head: pair % geometry.heads,
            rows: start..<min(geometry.queryLength, start + tile), queries, keys, values, additive,
            dropout, relative, output, logSumExp, scratch)
        }
      }
    }
  }

  private static func forwardBlock(
    _ geometry: AttentionGeometry, batch: Int, head: Int, rows: Range<Int>,
    _ q: UnsafePointer<Float>, _ k: UnsafePointer<Float>, _ v: UnsafePointer<Float>,
    _ additive: UnsafePointer<Float>?, _ dropout: DropoutMask, _ relative: RelativeTerms?,
    _ output: UnsafeMutablePointer<Float>, _ logSumExp: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let kernels = VectorKernels.active
    let rowMax = scratch
    let rowSum = rowMax + rows.count
    let correction = rowSum + rows.count
    // The weights of each query by distance, and its products with the vectors of the distances.
    let sums = correction + rows.count
    let products = sums + (relative?.rowsSize(rows.count) ?? 0)
    let scores = products + (relative?.rowsSize(rows.count) ?? 0)
    let scorer = TileScorer(
      geometry, batch: batch, head: head, rows: rows, queries: q, keys: k, additive: additive,
      scratch: scores + rows.count * min(AttentionTile.keyCount, geometry.keyLength))
    let block = relative.map {
      RelativeBlock(
        $0, geometry, head: head, rows: rows.count,
        queries: q + geometry.queryOffset(batch, head, rows.lowerBound), scratch: products)
    }
    let distances = relative?.count ?? 0
    let valueTerms = block?.values
    if valueTerms != nil { sums.update(repeating: 0, count: rows.count * distances) }
    let result = output + geometry.outputOffset(batch, head, rows.lowerBound)
    rowMax.update(repeating: -.infinity, count: rows.count)
    rowSum.update(repeating: 0, count: rows.count)

    var isFirst = true
    AttentionTile.forEach(geometry, batch: batch, head: head, queries: rows) { tile in
      _ = scorer.score(tile, into: scores)
      block?.addScoreTerms(tile, to: scores)
      tile.withRanges { first, end in
        kernels.attention_tile_forward(
          scores, tile.stride, rows.count, tile.keys.count, first, end, tile.allowed,
          geometry.keyLength, rowMax, rowSum, correction)
      }
      if !dropout.isEmpty { tile.dropout(dropout, scores, into: scores) }
      if !isFirst {
        kernels.scale_rows(
          result, geometry.valueStride, correction, rows.count, geometry.valueDimension)
        if valueTerms != nil {
          kernels.scale_rows(sums, distances, correction, rows.count, distances)
        }
      }
      if valueTerms != nil { block?.sum(scores, tile, into: sums, stride: distances) }
      MatrixProduct.serial(
        rows: rows.count, columns: geometry.valueDimension, inner: tile.keys.count,
        MatrixOperand(scores, stride: tile.stride),
        MatrixOperand(
          v + geometry.valueOffset(batch, head, tile.keys.lowerBound), stride: geometry.valueStride),
        beta: isFirst ? 0 : 1, into: result, stride: geometry.valueStride,
        precision: geometry.precision)
      isFirst = false
    }

    let statistics = logSumExp + geometry.statisticsOffset(batch, head, rows.lowerBound)
    for row in 0..<rows.count {
      statistics[row] = rowSum[row] > 0 ? rowMax[row] + log(rowSum[row]) : -.infinity
      correction[row] = rowSum[row] > 0 ? 1 / rowSum[row] : 0
    }
    if isFirst {
      for row in 0..<rows.count {
        (result + row * geometry.valueStride).update(
          repeating: 0, count: geometry.valueDimension)
      }
    } else {
      if let valueTerms {
        MatrixProduct.serial(
          rows: rows.count, columns: geometry.valueDimension, inner: distances,
          MatrixOperand(sums, stride: distances), valueTerms, beta: 1, into: result,
          stride: geometry.valueStride)
      }
      kernels.scale_rows(
        result, geometry.valueStride, correction, rows.count, geometry.valueDimension)
    }
  }
}
