internal import CKernels

/// Softmax over the rows of a matrix.
public enum Softmax {
  private static func grain(_ columns: Int) -> Int { max(1, (1 << 14) / max(1, columns)) }

  /// y = softmax of each row of x. A row of nothing but -inf gives zeros. y may be x.
  public static func forward(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    ThreadPool.forEachRange(of: rows, grain: grain(columns)) { range in
      let offset = range.lowerBound * columns
      VectorKernels.active.softmax_rows(
        x + offset, columns, y + offset, columns, range.count, columns)
    }
  }

  /// dx = y (dy - Σ y dy). dx may be dy.
  public static func backward(
    y: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int
  ) {
    ThreadPool.forEachRange(of: rows, grain: grain(columns)) { range in
      let offset = range.lowerBound * columns
      VectorKernels.active.softmax_rows_backward(
        y + offset, columns, dy + offset, columns, dx + offset, columns, range.count, columns)
    }
  }
}
