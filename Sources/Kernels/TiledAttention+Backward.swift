internal import CKernels

extension TiledAttention {
  /// What the backward pass reads: the arguments and results of the forward pass and the gradient of its
  /// output.
  public struct Saved {
    let queries: UnsafePointer<Float>
    let keys: UnsafePointer<Float>
    let values: UnsafePointer<Float>
    let additive: UnsafePointer<Float>?
    let output: UnsafePointer<Float>
    let logSumExp: UnsafePointer<Float>
    let outputGradient: UnsafePointer<Float>

    /// Pointers that stay valid during the backward pass; `additive` is v of additive scores, [H, K].
    public init(
      queries: UnsafePointer<Float>, keys: UnsafePointer<Float>, values: UnsafePointer<Float>,
      additive: UnsafePointer<Float>? = nil, output: UnsafePointer<Float>,
      logSumExp: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>
    ) {
      self.queries = queries
      self.keys = keys
      self.values = values
      self.additive = additive
      self.output = output
      self.logSumExp = logSumExp
      self.outputGradient = outputGradient
    }
  }

  /// Where the gradients of queries, keys and values go; they are added to.
  public struct InputGradients {
    let queries: UnsafeMutablePointer<Float>
    let keys: UnsafeMutablePointer<Float>
    let values: UnsafeMutablePointer<Float>
    let additive: UnsafeMutablePointer<Float>?

    /// Pointers that stay valid during the backward pass; `additive` is for the gradient of additive scores' v, one for
    /// each sequence: [B, H, K].
    public init(
      queries: UnsafeMutablePointer<Float>, keys: UnsafeMutablePointer<Float>,
      values: UnsafeMutablePointer<Float>, additive: UnsafeMutablePointer<Float>? = nil
    ) {
      self.queries = queries
      self.keys = keys
      self.values = values
      self.additive = additive
    }
  }

  /// Adds to the gradients of queries, keys and values, and of the tables of `relative`. Scores are computed again,
  /// tile by tile.
  ///
  /// One thread has all of a head of a sequence, so sums have one order.
  public static func backward(
    _ geometry: AttentionGeometry, _ saved: Saved, dropout: DropoutMask,
    relative: RelativeTerms? = nil, into gradients: InputGradients,
    tables: RelativeTerms.Gradients = .init()
  ) {
    let tile = geometry.queriesPerTile
    let rowCount = min(tile, geometry.queryLength)
    let tileSize = rowCount * min(AttentionTile.keyCount, geometry.keyLength)
    let scratch =
      3 * tileSize + tile + 4 * (relative?.rowsSize(rowCount) ?? 0)
      + (saved.additive == nil ? 0 : geometry.additiveScratchSize)
    let grain = max(1, 500_000 / max(1, geometry.operationsPerHead))
    ThreadPool.forEachRange(of: geometry.batch * geometry.heads, grain: grain) { range in
      BufferPool.withScratch(scratch) { scratch in
        for pair in range {
          var start = 0
          while start < geometry.queryLength {
            let stop = min(geometry.queryLength, start + tile)
            let batch = pair / geometry.heads
            let pass = BackwardBlock(
              geometry: geometry, saved: saved, dropout: dropout, gradients: gradients,
              relative: relative, tables: tables, batch: batch, head: pair % geometry.heads,
              rows: start..<geometry.endOfActiveRows(batch, start..<stop), scratch: scratch,
              tileSize: tileSize)
            if !pass.rows.isEmpty { pass.run() }
            start = stop
          }
        }
      }
    }
  }
}
