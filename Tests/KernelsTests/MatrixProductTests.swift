import CKernels
import Kernels
import Testing

/// Products over all threads, whoever does them.
@Suite(.guardedMemory, .serialized) struct MatrixProductTests {
  /// Below and above the sizes from which the package's own kernels take over; blocks are 256 deep.
  @Test(
    arguments: [
      (203, 517, 37), (31, 47, 703), (17, 1031, 61), (1031, 16, 67), (15, 911, 97), (1, 3001, 64),
    ],
    [(false, false), (false, true), (true, false), (true, true)])
  func productsAreThoseOfDoublePrecision(
    size: (rows: Int, columns: Int, inner: Int), transposed: (a: Bool, b: Bool)
  ) {
    var randoms = Randoms(size.rows + size.inner)
    let a = GuardedFloats(randoms.floats(size.rows * size.inner))
    let b = GuardedFloats(randoms.floats(size.inner * size.columns))
    let left = MatrixOperand(
      a.pointer, stride: transposed.a ? size.rows : size.inner, transposed: transposed.a)
    let right = MatrixOperand(
      b.pointer, stride: transposed.b ? size.inner : size.columns, transposed: transposed.b)
    let stride = size.columns + 3
    let before = randoms.floats((size.rows - 1) * stride + size.columns)
    func line(_ values: [Float], from start: Int, step: Int) -> [Float] {
      (0..<size.inner).map { values[start + $0 * step] }
    }
    let (aValues, bValues) = (a.values, b.values)
    let columns = (0..<size.columns).map {
      transposed.b
        ? line(bValues, from: $0 * size.inner, step: 1)
        : line(bValues, from: $0, step: size.columns)
    }
    let count = ThreadPool.threadCount
    defer { ThreadPool.threadCount = count }
    for (alpha, beta) in [(1, 0), (1, 1), (0.5, 0), (0.5, 1)] as [(Float, Float)] {
      var expected = before.map(Double.init)
      for row in 0..<size.rows {
        let factors =
          transposed.a
          ? line(aValues, from: row, step: size.rows)
          : line(aValues, from: row * size.inner, step: 1)
        for column in 0..<size.columns {
          let index = row * stride + column
          let product = KernelSet.all[0].table.dot(factors, columns[column], size.inner)
          expected[index] = Double(beta) * expected[index] + Double(alpha) * product
        }
      }
      func found(_ multiply: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        let result = GuardedFloats(before)
        multiply(result.pointer)
        return result.values
      }
      let results = (1...3).map { threads in
        ThreadPool.threadCount = threads
        return found {
          MatrixProduct.parallel(
            rows: size.rows, columns: size.columns, inner: size.inner, alpha: alpha, left, right,
            beta: beta, into: $0, stride: stride)
        }
      }
      expectClose(results[0], expected, absolute: 2e-4)
      #expect(results[1] == results[0] && results[2] == results[0])
      let alone = found {
        MatrixProduct.serial(
          rows: size.rows, columns: size.columns, inner: size.inner, alpha: alpha, left, right,
          beta: beta, into: $0, stride: stride)
      }
      expectClose(alone, expected, absolute: 2e-4)
    }
  }

  @Test(arguments: [(203, 517, 37), (3, 5, 7), (16, 33_000, 1), (700, 900, 0)])
  func theEpilogueSeesEachElementOnce(size: (rows: Int, columns: Int, inner: Int)) {
    var randoms = Randoms(3)
    let a = randoms.floats(size.rows * size.inner, in: -1...1)
    let b = randoms.floats(size.inner * size.columns, in: -1...1)
    var c = [Float](repeating: 5, count: size.rows * size.columns)
    c.withUnsafeMutableBufferPointer { c in
      let base = c.baseAddress!
      // Tiles do not overlap, so threads write to different elements.
      nonisolated(unsafe) let elements = base
      MatrixProduct.parallel(
        rows: size.rows, columns: size.columns, inner: size.inner,
        MatrixOperand(a, stride: size.inner), MatrixOperand(b, stride: size.columns),
        into: base, stride: size.columns
      ) { rows, columns in
        for row in rows {
          for column in columns { elements[row * size.columns + column] += 1000 }
        }
      }
    }
    // All products lie between -inner and inner.
    #expect(c.allSatisfy { $0 > 900 && $0 < 1100 })
  }
}
