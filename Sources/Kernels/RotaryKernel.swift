internal import CKernels

/// Rotary positions (Su et al. 2021) of queries or keys whose heads lie side by side.
public enum RotaryKernel {
  /// y = x with each pair of neighbours turned by its position's angle times `direction`.
  ///
  /// - Parameters:
  ///   - x: [rows, H, K], K even.
  ///   - positions: of each row.
  ///   - table: cosines and sines of each position, [positions, K / 2, 2].
  ///   - direction: 1, or -1 for the way back.
  public static func rotate(
    _ x: UnsafePointer<Float>, positions: [Int32], table: UnsafePointer<Float>, direction: Float,
    into y: UnsafeMutablePointer<Float>, heads: Int, width: Int
  ) {
    let grain = max(1, (1 << 14) / max(1, heads * width))
    ThreadPool.forEachRange(of: positions.count, grain: grain) { range in
      for row in range {
        let angles = table + Int(positions[row]) * width
        for head in 0..<heads {
          let offset = (row * heads + head) * width
          VectorKernels.active.rotate_pairs(
            x + offset, angles, direction, y + offset, width / 2)
        }
      }
    }
  }
}
