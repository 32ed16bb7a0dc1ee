internal import CKernels

/// Rows of a table by number.
public enum EmbeddingKernel {
  /// y[r] = factor table[tokens[r]] + positions[r mod period], then dropout.
  ///
  /// - Parameters:
  ///   - positions: [period, columns], or nil.
  ///   - period: how many rows a sequence has.
  public static func forward(
    tokens: UnsafePointer<Int32>, table: UnsafePointer<Float>, factor: Float,
    positions: UnsafePointer<Float>?, period: Int, dropout: DropoutMask,
    into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    let kernels = VectorKernels.active
    ThreadPool.forEachRange(of: rows, grain: max(1, (1 << 14) / max(1, columns))) { range in
      for row in range {
        let output = y + row * columns
        kernels.scale(factor, table + Int(tokens[row]) * columns, output, columns)
        if let positions {
          kernels.add(output, positions + row % period * columns, output, columns)
        }
        if !dropout.isEmpty {
          kernels.dropout(dropout.kernel, UInt64(row * columns), output, output, columns)
        }
      }
    }
  }

  /// dTable[tokens[r]] += factor dy[r]. Every thread has some of the columns and walks all rows in order,
  /// so sums have one order.
  public static func scatterAdd(
    tokens: UnsafePointer<Int32>, dy: UnsafePointer<Float>, factor: Float,
    into dTable: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    let kernels = VectorKernels.active
    ThreadPool.forEachRange(of: columns, grain: 64) { range in
      for row in 0..<rows {
        kernels.add_scaled(
          factor, dy + row * columns + range.lowerBound,
          dTable + Int(tokens[row]) * columns + range.lowerBound, range.count)
      }
    }
  }
}
