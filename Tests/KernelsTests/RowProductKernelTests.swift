import CKernels
import Kernels
import Testing

@Suite(.guardedMemory) struct RowProductKernelTests {
  /// Nothing, less and more than a tile or a strip of rows, of columns and than a vector of the depth.
  @Test(
    arguments: KernelSet.all,
    [
      (0, 3, 5), (3, 5, 0), (3, 0, 5), (1, 1, 1), (1, 16, 4), (1, 37, 64), (2, 33, 8), (3, 15, 7),
      (4, 48, 12), (4, 7, 131), (5, 17, 3), (7, 70, 75), (15, 129, 6), (1, 259, 9), (3, 300, 6),
    ])
  func productsAreThoseOfDoublePrecision(
    set: KernelSet, size: (rows: Int, inner: Int, columns: Int)
  ) {
    var randoms = Randoms(size.rows + 41 * size.inner)
    let (lda, ldc) = (size.inner + 2, size.columns + 3)
    let a = randoms.floats(extent(size.rows, lda, size.inner))
    let before = randoms.floats(extent(size.rows, ldc, size.columns))
    for (isTransposed, accumulates) in [(false, false), (false, true), (true, false), (true, true)]
    {
      let ldb = (isTransposed ? size.inner : size.columns) + 1
      let b = randoms.floats(
        isTransposed
          ? extent(size.columns, ldb, size.inner) : extent(size.inner, ldb, size.columns))
      let c = GuardedFloats(before)
      set.table.row_product(
        GuardedFloats(a).pointer, lda, GuardedFloats(b).pointer, ldb, isTransposed ? 1 : 0,
        c.pointer, ldc, size.rows, size.inner, size.columns, 0.75, accumulates ? 1 : 0)
      var expected = before.map(Double.init)
      for row in 0..<size.rows {
        for column in 0..<size.columns {
          let index = row * ldc + column
          expected[index] = (0..<size.inner).reduce(accumulates ? expected[index] : 0) {
            let other = isTransposed ? b[column * ldb + $1] : b[$1 * ldb + column]
            return $0 + 0.75 * Double(a[row * lda + $1]) * Double(other)
          }
        }
      }
      // What stands between the rows stays as it was.
      expectClose(c.values, expected, absolute: 1e-5)
    }
  }

  /// A sentence decodes to the same bits whatever its batch is.
  @Test(arguments: [1, 2, 3, 4, 7, 13], [70, 261])
  func aRowDoesNotDependOnThoseBesideIt(rows: Int, inner: Int) {
    var randoms = Randoms(5)
    let columns = 75
    let b = randoms.floats(columns * inner)
    let a = randoms.floats(rows * inner)
    for set in KernelSet.all {
      for isTransposed in [false, true] {
        func product(_ a: [Float], rows: Int) -> [Float] {
          let c = GuardedFloats(unwritten: rows * columns)
          set.table.row_product(
            GuardedFloats(a).pointer, inner, GuardedFloats(b).pointer,
            isTransposed ? inner : columns, isTransposed ? 1 : 0, c.pointer, columns, rows, inner,
            columns, 1, 0)
          return c.values
        }
        let whole = product(a, rows: rows)
        for row in 0..<rows {
          let alone = product(Array(a[row * inner..<(row + 1) * inner]), rows: 1)
          #expect(alone == Array(whole[row * columns..<(row + 1) * columns]))
        }
      }
    }
  }

  /// Floats up to the last element of a matrix, so that what a kernel may not read lies behind.
  private func extent(_ rows: Int, _ stride: Int, _ width: Int) -> Int {
    rows == 0 || width == 0 ? 0 : (rows - 1) * stride + width
  }
}
