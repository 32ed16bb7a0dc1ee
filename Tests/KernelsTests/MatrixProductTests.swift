import CKernels
import Kernels
import Testing

/// Products over all threads, whoever does them.
@Suite(.guardedMemory, .serialized) struct MatrixProductTests {
  /// Below and above the size from which the package's own kernel takes over; its blocks are 256 deep.
  @Test(
    arguments: [(203, 517, 37), (31, 47, 703), (17, 1031, 61), (1031, 16, 67), (15, 911, 97)],
    [(false, false), (false, true), (true, false), (true, true)])
  func productsAreThoseOfOneThreadOfTheBLAS(
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
    for beta: Float in [0, 1] {
      let expected = GuardedFloats(before)
      MatrixProduct.serial(
        rows: size.rows, columns: size.columns, inner: size.inner, left, right, beta: beta,
        into: expected.pointer, stride: stride)
      var results: [[Float]] = []
      let count = ThreadPool.threadCount
      defer { ThreadPool.threadCount = count }
      for threads in 1...3 {
        ThreadPool.threadCount = threads
        let found = GuardedFloats(before)
        MatrixProduct.parallel(
          rows: size.rows, columns: size.columns, inner: size.inner, left, right, beta: beta,
          into: found.pointer, stride: stride)
        results.append(found.values)
      }
      expectClose(results[0], expected.values.map(Double.init), absolute: 2e-4)
      #expect(results[1] == results[0] && results[2] == results[0])
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
