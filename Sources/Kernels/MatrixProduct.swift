internal import COpenBLAS

/// A matrix in memory: row-major, `stride` floats from one row to the next, read as it stands or transposed.
public struct MatrixOperand {
  /// The first element.
  public let pointer: UnsafePointer<Float>
  /// Floats from one row in memory to the next.
  public let stride: Int
  /// Whether rows in memory are columns of the matrix.
  public let isTransposed: Bool

  /// A matrix as it stands in memory, or transposed.
  public init(_ pointer: UnsafePointer<Float>, stride: Int, transposed: Bool = false) {
    self.pointer = pointer
    self.stride = stride
    self.isTransposed = transposed
  }

  /// The same matrix, read the other way.
  public var transposed: MatrixOperand {
    MatrixOperand(pointer, stride: stride, transposed: !isTransposed)
  }

  /// The operand from its row `row` and column `column` on (as read, after transposing).
  func advanced(row: Int, column: Int) -> MatrixOperand {
    let offset = isTransposed ? column * stride + row : row * stride + column
    return MatrixOperand(pointer + offset, stride: stride, transposed: isTransposed)
  }
}

/// Matrix products. Every product of the package goes through here, to the BLAS or to a kernel of the package.
public enum MatrixProduct {
  /// C = α A B + β C on the calling thread, with A [rows, inner], B [inner, columns], C [rows, columns].
  ///
  /// - Parameter precision: of the factors; where a product is too small to gain, they stay exact.
  public static func serial(
    rows: Int, columns: Int, inner: Int, alpha: Float = 1, _ a: MatrixOperand, _ b: MatrixOperand,
    beta: Float = 0, into c: UnsafeMutablePointer<Float>, stride: Int,
    precision: ProductPrecision = .float32
  ) {
    if rows == 0 || columns == 0 { return }
    if let product = RowProduct(
      rows: rows, columns: columns, inner: inner, alpha: alpha, a, b, beta: beta,
      precision: precision)
    {
      return product.runSerially(a, b, into: c, stride: stride)
    }
    if let tile = ProductTiles(
      rows: rows, columns: columns, inner: inner, alpha: alpha, beta: beta, precision: precision,
      leastOperations: b.isTransposed ? 100_000 : 1_000_000)
    {
      return tile.runSerially(a, b, into: c, stride: stride)
    }
    OperationCounter.add(2 * rows * columns * inner)
    BLASCore.prepare()
    cblas_sgemm(
      CblasRowMajor, a.isTransposed ? CblasTrans : CblasNoTrans,
      b.isTransposed ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns), blasint(inner),
      alpha, a.pointer, blasint(max(1, a.stride)), b.pointer, blasint(max(1, b.stride)), beta, c,
      blasint(max(1, stride)))
  }

  /// C = α A B + β C over all threads, then `epilogue` on each block of C while it is still in cache.
  ///
  /// The blocks depend on the shape alone, so the result does not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - precision: of the factors; where a product is too small to gain, they stay exact.
  ///   - epilogue: receives the rows and columns of a finished block; together they cover C once.
  public static func parallel(
    rows: Int, columns: Int, inner: Int, alpha: Float = 1, _ a: MatrixOperand, _ b: MatrixOperand,
    beta: Float = 0, into c: UnsafeMutablePointer<Float>, stride: Int,
    precision: ProductPrecision = .float32, epilogue: ((Range<Int>, Range<Int>) -> Void)? = nil
  ) {
    if let product = RowProduct(
      rows: rows, columns: columns, inner: inner, alpha: alpha, a, b, beta: beta,
      precision: precision)
    {
      return product.run(a, b, into: c, stride: stride, epilogue: epilogue)
    }
    if let tiles = ProductTiles(
      rows: rows, columns: columns, inner: inner, alpha: alpha, beta: beta, precision: precision,
      leastOperations: 1_000_000)
    {
      return tiles.run(a, b, into: c, stride: stride, epilogue: epilogue)
    }
    let byRows = rows >= columns
    let length = byRows ? rows : columns
    let grain = blockLength(length, operations: 2 * rows * columns * max(1, inner))
    ThreadPool.forEachRange(of: length, grain: grain) { range in
      let rowRange = byRows ? range : 0..<rows
      let columnRange = byRows ? 0..<columns : range
      serial(
        rows: rowRange.count, columns: columnRange.count, inner: inner, alpha: alpha,
        a.advanced(row: rowRange.lowerBound, column: 0),
        b.advanced(row: 0, column: columnRange.lowerBound), beta: beta,
        into: c + rowRange.lowerBound * stride + columnRange.lowerBound, stride: stride)
      epilogue?(rowRange, columnRange)
    }
  }

  /// `count` independent products of equal shape, matrix `i` starting `i * step` floats after the first.
  public static func batched(
    count: Int, rows: Int, columns: Int, inner: Int, alpha: Float = 1, _ a: MatrixOperand,
    step aStep: Int, _ b: MatrixOperand, step bStep: Int, beta: Float = 0,
    into c: UnsafeMutablePointer<Float>, stride: Int, step cStep: Int
  ) {
    let operations = max(1, 2 * rows * columns * inner)
    let grain = max(1, 1_000_000 / operations)
    ThreadPool.forEachRange(of: count, grain: grain) { range in
      for index in range {
        serial(
          rows: rows, columns: columns, inner: inner, alpha: alpha,
          MatrixOperand(a.pointer + index * aStep, stride: a.stride, transposed: a.isTransposed),
          MatrixOperand(b.pointer + index * bStep, stride: b.stride, transposed: b.isTransposed),
          beta: beta, into: c + index * cStep, stride: stride)
      }
    }
  }

  /// How many rows (or columns) a block has. Small products stay whole; large ones are cut into an even
  /// number of blocks big enough that repacking the shared operand does not count.
  private static func blockLength(_ length: Int, operations: Int) -> Int {
    if operations < 2_000_000 || length < 32 { return max(1, length) }
    let pairs = min(8, (operations + 499_999_999) / 500_000_000)
    let blocks = 2 * pairs
    let unit = 16  // the width of a vector register: blocks start where micro-kernels do
    return max(unit, (length + blocks * unit - 1) / (blocks * unit) * unit)
  }
}
