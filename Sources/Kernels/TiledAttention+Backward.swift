internal import CKernels

extension TiledAttention {
  /// What the backward pass reads: the arguments and results of the forward pass and the gradient of its
  /// output.
  public struct Saved {
    let queries: UnsafePointer<Float>
    let keys: UnsafePointer<Float>
    let values: UnsafePointer<Float>
    let output: UnsafePointer<Float>
    let logSumExp: UnsafePointer<Float>
    let outputGradient: UnsafePointer<Float>

    /// Pointers that stay valid during the backward pass.
    public init(
      queries: UnsafePointer<Float>, keys: UnsafePointer<Float>, values: UnsafePointer<Float>,
      output: UnsafePointer<Float>, logSumExp: UnsafePointer<Float>,
      outputGradient: UnsafePointer<Float>
    ) {
      self.queries = queries
      self.keys = keys
      self.values = values
      self.output = output
      self.logSumExp = logSumExp
      self.outputGradient = outputGradient
    }
  }

  /// Adds to the gradients of queries, keys and values. Scores are computed again, tile by tile.
  ///
  /// One thread has all of a head of a sequence, so sums have one order.
  public static func backward(
    _ geometry: AttentionGeometry, _ saved: Saved, dropout: DropoutMask,
    queryGradient: UnsafeMutablePointer<Float>, keyGradient: UnsafeMutablePointer<Float>,
    valueGradient: UnsafeMutablePointer<Float>
  ) {
    let tileSize =
      min(AttentionTile.queryCount, geometry.queryLength)
      * min(AttentionTile.keyCount, geometry.keyLength)
    let grain = max(1, 500_000 / max(1, geometry.operationsPerHead))
    ThreadPool.forEachRange(of: geometry.batch * geometry.heads, grain: grain) { range in
      BufferPool.withScratch(3 * tileSize + AttentionTile.queryCount) { scratch in
        for pair in range {
          var start = 0
          while start < geometry.queryLength {
            let stop = min(geometry.queryLength, start + AttentionTile.queryCount)
            let batch = pair / geometry.heads
            backwardBlock(
              geometry, saved, batch: batch, head: pair % geometry.heads,
              rows: start..<geometry.endOfActiveRows(batch, start..<stop), dropout, queryGradient,
              keyGradient, valueGradient, scratch,
              tileSize)
            start = stop
          }
        }
      }
    }
  }

  private static func backwardBlock(
    _ geometry: AttentionGeometry, _ saved: Saved, batch: Int, head: Int, rows: Range<Int>,
    _ dropout: DropoutMask, _ dQ: UnsafeMutablePointer<Float>, _ dK: UnsafeMutablePointer<Float>,
    _ dV: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>, _ tileSize: Int
  ) {
    let kernels = VectorKernels.active
    let delta = scratch
    let weights = scratch + AttentionTile.queryCount
    let gradient = weights + tileSize
    let dropped = gradient + tileSize
    let outputOffset = geometry.outputOffset(batch, head, rows.lowerBound)
    let queryOffset = geometry.queryOffset(batch, head, rows.lowerBound)
    let dOutput = MatrixOperand(saved.outputGradient + outputOffset, stride: geometry.valueStride)
    let logSumExp = saved.logSumExp + geometry.statisticsOffset(batch, head, rows.lowerBound)
    // Σ_j P_ij dP_ij = dO_i · O_i, with or without dropout.
    kernels.row_dots(
      dOutput.pointer, geometry.valueStride, saved.output + outputOffset, geometry.valueStride,
      rows.count, geometry.valueDimension, delta)

    AttentionTile.forEach(geometry, batch: batch, head: head, queries: rows) { tile in
      let keyOffset = geometry.keyOffset(batch, head, tile.keys.lowerBound)
      let valueOffset = geometry.valueOffset(batch, head, tile.keys.lowerBound)
      let values = MatrixOperand(saved.values + valueOffset, stride: geometry.valueStride)
      tile.score(queries: saved.queries, keys: saved.keys, into: weights)
      tile.withRanges { first, end in
        kernels.attention_tile_probabilities(
          weights, tile.stride, rows.count, tile.keys.count, first, end, tile.allowed,
          geometry.keyLength, logSumExp)
      }
      // dP = dO Vᵀ and dV += Pᵀ dO, both seen through dropout.
      MatrixProduct.serial(
        rows: rows.count, columns: tile.keys.count, inner: geometry.valueDimension, dOutput,
        values.transposed, into: gradient, stride: tile.stride)
      var seen = weights
      if !dropout.isEmpty {
        tile.dropout(dropout, gradient, into: gradient)
        tile.dropout(dropout, weights, into: dropped)
        seen = dropped
      }
      MatrixProduct.serial(
        rows: tile.keys.count, columns: geometry.valueDimension, inner: rows.count,
        MatrixOperand(seen, stride: tile.stride, transposed: true), dOutput, beta: 1,
        into: dV + valueOffset, stride: geometry.valueStride)
      // dS = scale P (dP - δ), dQ += dS K, dK += dSᵀ Q
      kernels.attention_tile_backward(
        weights, gradient, tile.stride, rows.count, tile.keys.count, delta, geometry.scale)
      let dScores = MatrixOperand(gradient, stride: tile.stride)
      MatrixProduct.serial(
        rows: rows.count, columns: geometry.keyDimension, inner: tile.keys.count, dScores,
        MatrixOperand(saved.keys + keyOffset, stride: geometry.keyStride), beta: 1,
        into: dQ + queryOffset, stride: geometry.keyStride)
      MatrixProduct.serial(
        rows: tile.keys.count, columns: geometry.keyDimension, inner: rows.count,
        dScores.transposed,
        MatrixOperand(saved.queries + queryOffset, stride: geometry.keyStride), beta: 1,
        into: dK + keyOffset, stride: geometry.keyStride)
    }
  }
}
