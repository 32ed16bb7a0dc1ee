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

  /// Nothing, less and more than a block of rows, of columns and of the depth.
  @Test(
    arguments: KernelSet.all,
    [
      (0, 3, 5), (3, 0, 5), (3, 5, 0), (1, 1, 1), (13, 7, 37), (101, 3, 5), (5, 261, 7),
      (3, 530, 67), (2, 5, 1030), (29, 17, 33),
    ])
  func productsOfAnySizeAreThoseOfDoublePrecision(
    set: KernelSet, size: (rows: Int, inner: Int, columns: Int)
  ) {
    var randoms = Randoms(size.rows + 41 * size.inner)
    let before = randoms.floats(max(0, size.rows - 1) * (size.columns + 3) + size.columns)
    for isTransposed in [false, true] {
      for (otherIsTransposed, accumulates) in [(false, true), (true, false)] {
        let a = Matrix(size.rows, size.inner, isTransposed: isTransposed, &randoms)
        let b = Matrix(size.inner, size.columns, isTransposed: otherIsTransposed, &randoms)
        let found = product(set, a, b, accumulates: accumulates, into: before)
        var expected = before.map(Double.init)
        for row in 0..<size.rows {
          for column in 0..<size.columns {
            let index = row * (size.columns + 3) + column
            expected[index] = (0..<size.inner).reduce(accumulates ? expected[index] : 0) {
              $0 + Double(a[row, $1]) * Double(b[$1, column])
            }
          }
        }
        expectClose(found, expected, absolute: 1e-4)
      }
    }
  }

  /// An element does not depend on what else is computed with it.
  @Test(arguments: KernelSet.all)
  func elementsAreTheSameWhereverTheyStand(set: KernelSet) {
    var randoms = Randoms(7)
    let (rows, inner, columns) = (31, 270, 75)
    for isTransposed in [false, true] {
      let a = Matrix(rows, inner, isTransposed: isTransposed, &randoms)
      let b = Matrix(inner, columns, isTransposed: isTransposed, &randoms)
      func zeros(_ rows: Int, _ columns: Int) -> [Float] {
        [Float](repeating: 0, count: (rows - 1) * (columns + 3) + columns)
      }
      let whole = product(set, a, b, accumulates: false, into: zeros(rows, columns))
      for (firstRow, firstColumn) in [(0, 0), (3, 0), (0, 41), (19, 70)] {
        let (height, width) = (min(7, rows - firstRow), min(11, columns - firstColumn))
        let part = product(
          set, a.part(firstRow, height, 0, inner), b.part(0, inner, firstColumn, width),
          accumulates: false, into: zeros(height, width))
        for row in 0..<height {
          for column in 0..<width {
            #expect(
              part[row * (width + 3) + column]
                == whole[(firstRow + row) * (columns + 3) + firstColumn + column])
          }
        }
      }
    }
  }

  /// A matrix with something between its rows, which ends where readable memory ends.
  private struct Matrix {
    let rows: Int
    let columns: Int
    let isTransposed: Bool
    let elements: [Float]

    init(_ rows: Int, _ columns: Int, isTransposed: Bool, _ randoms: inout Randoms) {
      let (height, width) = isTransposed ? (columns, rows) : (rows, columns)
      self.init(
        rows, columns, isTransposed: isTransposed,
        elements: randoms.floats(height == 0 || width == 0 ? 0 : (height - 1) * (width + 1) + width)
      )
    }

    private init(_ rows: Int, _ columns: Int, isTransposed: Bool, elements: [Float]) {
      self.rows = rows
      self.columns = columns
      self.isTransposed = isTransposed
      self.elements = elements
    }

    /// Floats from one row in memory to the next.
    var stride: Int { (isTransposed ? rows : columns) + 1 }

    subscript(row: Int, column: Int) -> Float {
      isTransposed ? elements[column * stride + row] : elements[row * stride + column]
    }

    func part(_ firstRow: Int, _ rowCount: Int, _ firstColumn: Int, _ columnCount: Int) -> Matrix {
      let (height, width) = isTransposed ? (columnCount, rowCount) : (rowCount, columnCount)
      var elements = [Float](repeating: 9, count: (height - 1) * (width + 1) + width)
      for row in 0..<rowCount {
        for column in 0..<columnCount {
          elements[isTransposed ? column * (width + 1) + row : row * (width + 1) + column] =
            self[firstRow + row, firstColumn + column]
        }
      }
      return Matrix(rowCount, columnCount, isTransposed: isTransposed, elements: elements)
    }
  }

  private func product(
    _ set: KernelSet, _ a: Matrix, _ b: Matrix, accumulates: Bool, into before: [Float]
  ) -> [Float] {
    let c = GuardedFloats(before)
    set.table.product(
      GuardedFloats(a.elements).pointer, a.stride, a.isTransposed ? 1 : 0,
      GuardedFloats(b.elements).pointer, b.stride, b.isTransposed ? 1 : 0, c.pointer,
      b.columns + 3, a.rows, a.columns, b.columns, 1, accumulates ? 1 : 0,
      GuardedFloats(unwritten: set.table.product_scratch(a.rows, a.columns, b.columns)).pointer)
    return c.values
  }
}
