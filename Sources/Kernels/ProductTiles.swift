internal import CKernels

/// Products by the package's own kernel: large ones in tiles that the threads share, and those of one thread.
///
/// Against the BLAS: 5 to 15 % more operations a second on one core with AVX-512, and tiles in both directions.
/// Without AVX-512 the BLAS does the work.
struct ProductTiles {
  let rows: Int
  let columns: Int
  let inner: Int
  let alpha: Float
  let accumulates: Bool
  let precision: ProductPrecision

  /// Nil where the BLAS is to do the product: without wide vectors, with so few rows that laying out B would cost
  /// more than it saves, and where there is little to do.
  init?(
    rows: Int, columns: Int, inner: Int, alpha: Float, beta: Float,
    precision: ProductPrecision, leastOperations: Int
  ) {
    guard Self.isFaster, rows >= 16, columns >= 16, beta == 0 || beta == 1,
      2 * rows * columns * inner >= leastOperations
    else { return nil }
    self.rows = rows
    self.columns = columns
    self.inner = inner
    self.alpha = alpha
    self.precision = precision
    accumulates = beta == 1
  }

  private static let isFaster = VectorKernels.active.panel_width >= 32

  /// C = α A B, or C += α A B, on the calling thread.
  func runSerially(
    _ a: MatrixOperand, _ b: MatrixOperand, into c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    OperationCounter.add(2 * rows * columns * inner)
    multiply(a, b, into: c, stride: stride, 0..<rows, 0..<columns)
  }

  /// The same over all threads, then `epilogue` on each tile.
  func run(
    _ a: MatrixOperand, _ b: MatrixOperand, into c: UnsafeMutablePointer<Float>, stride: Int,
    epilogue: ((Range<Int>, Range<Int>) -> Void)?
  ) {
    OperationCounter.add(2 * rows * columns * inner)
    let (rowGrain, columnGrain) = grains
    let across = (columns + columnGrain - 1) / columnGrain
    let down = (rows + rowGrain - 1) / rowGrain
    ThreadPool.forEachBlock(across * down) { tile in
      let (row, column) = (tile / across * rowGrain, tile % across * columnGrain)
      let rowRange = row..<min(rows, row + rowGrain)
      let columnRange = column..<min(columns, column + columnGrain)
      multiply(a, b, into: c, stride: stride, rowRange, columnRange)
      epilogue?(rowRange, columnRange)
    }
  }

  private func multiply(
    _ a: MatrixOperand, _ b: MatrixOperand, into c: UnsafeMutablePointer<Float>, stride: Int,
    _ rowRange: Range<Int>, _ columnRange: Range<Int>
  ) {
    let kernels = VectorKernels.active
    let rounded = precision == .bfloat16 ? RoundedProduct.bfloat16 : nil
    let (product, scratch) =
      rounded.map { ($0.product, $0.scratch) } ?? (kernels.product, kernels.product_scratch)
    let scratchCount = scratch?(rowRange.count, inner, columnRange.count) ?? 0
    let (row, column) = (rowRange.lowerBound, columnRange.lowerBound)
    let (a, b) = (a.advanced(row: row, column: 0), b.advanced(row: 0, column: column))
    BufferPool.withScratch(scratchCount) { scratch in
      product?(
        a.pointer, a.stride, a.isTransposed ? 1 : 0, b.pointer, b.stride, b.isTransposed ? 1 : 0,
        c + row * stride + column, stride, rowRange.count, inner, columnRange.count, alpha,
        accumulates ? 1 : 0, scratch)
    }
  }

  /// Rows and columns of a tile: halves of the longer side, as both operands are laid out anew for each tile, which
  /// counts below 256.
  private var grains: (rows: Int, columns: Int) {
    let isLarge = 2 * rows * columns * inner >= 2_000_000
    var (rowParts, columnParts) = (1, 1)
    while rowParts * columnParts < 16 {
      let (height, width) = (rows / rowParts, columns / columnParts)
      let isFirst = rowParts * columnParts == 1
      guard max(height, width) >= (isFirst && isLarge ? 64 : 512) else { break }
      if height >= width { rowParts *= 2 } else { columnParts *= 2 }
    }
    // Whole blocks of 8 and of 12 rows, and whole panels.
    return (
      Self.roundedUp((rows + rowParts - 1) / rowParts, to: 24),
      Self.roundedUp((columns + columnParts - 1) / columnParts, to: 32)
    )
  }

  private static func roundedUp(_ count: Int, to unit: Int) -> Int {
    (count + unit - 1) / unit * unit
  }
}
