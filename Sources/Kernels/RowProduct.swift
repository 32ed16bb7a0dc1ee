internal import CKernels

/// Products of few rows by the package's own kernel, with the other matrix as it stands in memory: a step of decoding,
/// which reads all weights for each token and has one query for each head.
///
/// One row is as fast as memory; 4 to 64 reach 80 to 98 % of the rate of large products, where to lay the matrix out
/// anew would cost as much again. Every element is a sum in one order, so that a row does not depend on the other few.
struct RowProduct {
  let rows: Int
  let columns: Int
  let inner: Int
  let alpha: Float
  let accumulates: Bool

  /// Nil where the BLAS or ``ProductTiles`` is to do the product.
  init?(
    rows: Int, columns: Int, inner: Int, alpha: Float, _ a: MatrixOperand, _ b: MatrixOperand,
    beta: Float, precision: ProductPrecision
  ) {
    // Sums of short rows end before they pay. With products of bfloat16 it is the tiles that gain.
    let most = b.isTransposed && precision == .float32 ? max(4, min(64, inner / 8)) : 4
    guard rows <= min(most, Self.mostRows), !a.isTransposed, beta == 0 || beta == 1 else {
      return nil
    }
    self.rows = rows
    self.columns = columns
    self.inner = inner
    self.alpha = alpha
    accumulates = beta == 1
  }

  /// What the registers allow: with AVX2, one row of B at a time.
  private static let mostRows =
    VectorKernels.active.panel_width >= 32 ? 64 : VectorKernels.active.panel_width >= 16 ? 3 : 0

  /// C = α A B, or C += α A B, on the calling thread.
  func runSerially(
    _ a: MatrixOperand, _ b: MatrixOperand, into c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    OperationCounter.add(2 * rows * columns * inner)
    VectorKernels.active.row_product(
      a.pointer, a.stride, b.pointer, b.stride, b.isTransposed ? 1 : 0, c, stride, rows, inner,
      columns, alpha, accumulates ? 1 : 0)
  }

  /// The same over all threads, then `epilogue` on each block.
  func run(
    _ a: MatrixOperand, _ b: MatrixOperand, into c: UnsafeMutablePointer<Float>, stride: Int,
    epilogue: ((Range<Int>, Range<Int>) -> Void)?
  ) {
    OperationCounter.add(2 * rows * columns * inner)
    let kernels = VectorKernels.active
    ThreadPool.forEachRange(of: columns, grain: columnGrain) { range in
      let right = b.advanced(row: 0, column: range.lowerBound)
      kernels.row_product(
        a.pointer, a.stride, right.pointer, right.stride, right.isTransposed ? 1 : 0,
        c + range.lowerBound, stride, rows, inner, range.count, alpha, accumulates ? 1 : 0)
      epilogue?(0..<rows, range)
    }
  }

  /// Columns of a block: whole tiles, and enough work to be worth handing out.
  private var columnGrain: Int {
    let least = 65_536 / max(1, inner)
    let sixteenth = (columns + 15) / 16
    return (max(least, sixteenth) / 64 + 1) * 64
  }
}
