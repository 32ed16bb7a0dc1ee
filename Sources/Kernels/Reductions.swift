internal import CKernels

/// Sums over whole tensors. The order of every sum is fixed by the shape.
public enum Reductions {
  /// sums[c] = Σ over rows of x[r, c], added to what is there when `accumulate`.
  ///
  /// - Parameter stride: floats from one row to the next; nil: `columns`.
  public static func columnSums(
    _ x: UnsafePointer<Float>, stride: Int? = nil, rows: Int, columns: Int,
    into sums: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    ThreadPool.forEachRange(of: columns, grain: 64) { range in
      VectorKernels.active.column_sums(
        x + range.lowerBound, stride ?? columns, rows, range.count, sums + range.lowerBound,
        accumulate ? 1 : 0)
    }
  }

  /// Σ x in double precision.
  public static func sum(_ x: UnsafePointer<Float>, count: Int) -> Double {
    blocked(count) { range in VectorKernels.active.sum(x + range.lowerBound, range.count) }
  }

  /// Σ x² in double precision.
  public static func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Double {
    blocked(count) { range in
      VectorKernels.active.sum_of_squares(x + range.lowerBound, range.count)
    }
  }

  /// Adds up the partial sums of fixed blocks, in their order.
  private static func blocked(_ count: Int, _ partial: (Range<Int>) -> Double) -> Double {
    let grain = Elementwise.grain
    let blocks = (count + grain - 1) / grain
    if blocks <= 1 { return partial(0..<count) }
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: blocks) { sums in
      let base = sums.baseAddress!
      ThreadPool.forEachBlock(blocks) { block in
        base[block] = partial(block * grain..<min(count, (block + 1) * grain))
      }
      return sums.reduce(0, +)
    }
  }
}
