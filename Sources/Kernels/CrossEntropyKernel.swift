internal import CKernels

/// Cross-entropy with label smoothing over rows of logits.
public enum CrossEntropyKernel {
  /// Σ over rows of -Σ q log p and of -log p[target]; rows with a negative target count nothing.
  ///
  /// - Parameters:
  ///   - logits: [rows, columns]; overwritten with `gradientScale (p - q)` when that is not nil.
  ///   - smoothing: q = (1 - smoothing) one-hot + smoothing / columns.
  public static func forward(
    logits: UnsafeMutablePointer<Float>, targets: UnsafePointer<Int32>, smoothing: Float,
    gradientScale: Float?, rows: Int, columns: Int
  ) -> (smoothed: Double, negativeLogLikelihood: Double) {
    BufferPool.withScratch(2 * rows) { losses in
      ThreadPool.forEachRange(of: rows, grain: max(1, (1 << 14) / max(1, columns))) { range in
        let row = range.lowerBound
        VectorKernels.active.cross_entropy_rows(
          logits + row * columns, columns, range.count, columns, targets + row, smoothing,
          gradientScale ?? 0, gradientScale == nil ? 0 : 1, losses + row, losses + rows + row)
      }
      return (
        Reductions.sum(losses, count: rows), Reductions.sum(losses + rows, count: rows)
      )
    }
  }

  /// Σ over rows of (KL(p, q) + KL(q, p)) / 2 with p = softmax(a) and q = softmax(b); rows with a negative target
  /// count nothing.
  ///
  /// - Parameters:
  ///   - a: [rows, columns]; `b` alike.
  ///   - gradientScale: what the gradients, written into `da` and `db`, are multiplied by.
  public static func consistency(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, targets: UnsafePointer<Int32>,
    gradientScale: Float, da: UnsafeMutablePointer<Float>, db: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int
  ) -> Double {
    BufferPool.withScratch(rows) { losses in
      ThreadPool.forEachRange(of: rows, grain: max(1, (1 << 14) / max(1, columns))) { range in
        let (row, start) = (range.lowerBound, range.lowerBound * columns)
        VectorKernels.active.consistency_rows(
          a + start, b + start, columns, range.count, columns, targets + row, gradientScale,
          da + start, db + start, losses + row)
      }
      return Reductions.sum(losses, count: rows)
    }
  }
}
