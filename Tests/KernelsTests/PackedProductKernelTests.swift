import CKernels
import Testing

@Suite(.guardedMemory) struct PackedProductKernelTests {
  @Test(arguments: KernelSet.all, [0, 1, 2, 3, 7, 8, 11, 12, 13, 16, 17, 23, 24, 29, 31, 37])
  func productsAreThoseOfDoublePrecision(set: KernelSet, rows: Int) {
    for (inner, columns) in [(1, 1), (0, 5), (5, 0), (7, 16), (19, 31), (13, 33), (3, 67), (8, 64)]
    {
      for (isTransposed, accumulates) in [(false, false), (true, false), (false, true)] {
        check(
          set, rows: rows, inner: inner, columns: columns, isTransposed: isTransposed,
          accumulates: accumulates)
      }
    }
  }

  private func check(
    _ set: KernelSet, rows: Int, inner: Int, columns: Int, isTransposed: Bool, accumulates: Bool
  ) {
    var randoms = Randoms(rows + 41 * inner + 1009 * columns)
    let (lda, ldc) = (inner + 2, columns + 3)
    let ld = isTransposed ? inner + 1 : columns + 1
    // Memory that ends with the last element that may be read.
    func extent(_ rows: Int, _ ld: Int, _ width: Int) -> Int {
      rows == 0 || width == 0 ? 0 : (rows - 1) * ld + width
    }
    let a = randoms.floats(extent(rows, lda, inner))
    let b = randoms.floats(
      isTransposed ? extent(columns, ld, inner) : extent(inner, ld, columns))
    let before = randoms.floats(extent(rows, ldc, columns))
    let width = Int(set.table.panel_width)
    let panels = GuardedFloats(unwritten: (columns + width - 1) / width * width * inner)
    set.table.pack_panels(
      GuardedFloats(b).pointer, ld, isTransposed ? 1 : 0, inner, columns, panels.pointer)
    let c = GuardedFloats(before)
    set.table.panel_product(
      GuardedFloats(a).pointer, lda, panels.pointer, c.pointer, ldc, rows, inner, columns,
      accumulates ? 1 : 0)
    var expected = before.map(Double.init)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = accumulates ? Double(before[row * ldc + column]) : 0
        for i in 0..<inner {
          sum +=
            Double(a[row * lda + i])
            * Double(isTransposed ? b[column * ld + i] : b[i * ld + column])
        }
        expected[row * ldc + column] = sum
      }
    }
    // What stands between the rows stays as it was.
    expectClose(c.values, expected, absolute: 3e-6)
  }
}
