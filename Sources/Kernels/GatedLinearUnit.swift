internal import CKernels

/// The gated linear unit a σ(b), where a row holds a and then b (Dauphin et al. 2017).
public enum GatedLinearUnit {
  private static func grain(_ columns: Int) -> Int { max(1, (1 << 14) / max(1, columns)) }

  /// y [rows, columns] from x [rows, 2 columns].
  public static func forward(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    ThreadPool.forEachRange(of: rows, grain: grain(columns)) { range in
      let row = range.lowerBound
      VectorKernels.active.gated_linear_unit(
        x + row * 2 * columns, 2 * columns, y + row * columns, columns, range.count, columns)
    }
  }

  /// dx [rows, 2 columns] from x and dy [rows, columns].
  public static func backward(
    _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int
  ) {
    ThreadPool.forEachRange(of: rows, grain: grain(columns)) { range in
      let row = range.lowerBound
      VectorKernels.active.gated_linear_unit_backward(
        x + row * 2 * columns, 2 * columns, dy + row * columns, columns, dx + row * 2 * columns,
        2 * columns, range.count, columns)
    }
  }
}
