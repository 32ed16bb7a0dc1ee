import CKernels
import Kernels
import Testing

/// Products with rounded factors. The tests run where the CPU has them.
@Suite(.guardedMemory, .serialized, .enabled(if: ProductPrecision.bfloat16.isAvailable))
struct BFloat16ProductTests {
  /// To the nearest bfloat16, ties to even.
  static func rounded(_ value: Float) -> Float {
    let bits = value.bitPattern
    return Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000)
  }

  /// Sizes around blocks of 12 rows, pairs, panels of 32 columns, and 512 deep; all four ways to read the factors.
  @Test(
    arguments: [
      (1, 1, 1), (0, 3, 2), (3, 0, 2), (4, 5, 0), (12, 32, 2), (13, 33, 31), (16, 17, 33),
      (25, 47, 64), (5, 517, 33), (3, 16, 1025), (7, 15, 511),
    ], [(false, false), (false, true), (true, false), (true, true)])
  func theKernelMultipliesRoundedFactors(
    size: (rows: Int, columns: Int, inner: Int), transposed: (a: Bool, b: Bool)
  ) throws {
    let kernel = try #require(ck_bfloat16_product()).pointee
    var randoms = Randoms(size.rows + size.inner)
    let a = GuardedFloats(randoms.floats(size.rows * size.inner))
    let b = GuardedFloats(randoms.floats(size.inner * size.columns))
    let (left, right) = (
      a.values.map { Double(Self.rounded($0)) }, b.values.map { Double(Self.rounded($0)) }
    )
    let stride = size.columns + 3
    let before = randoms.floats(max(0, (size.rows - 1) * stride + size.columns))
    let scratch = GuardedFloats(
      [Float](repeating: .nan, count: kernel.scratch(size.rows, size.inner, size.columns)))
    for accumulates in [false, true] {
      let found = GuardedFloats(before)
      kernel.product?(
        a.pointer, transposed.a ? size.rows : size.inner, transposed.a ? 1 : 0, b.pointer,
        transposed.b ? size.inner : size.columns, transposed.b ? 1 : 0, found.pointer, stride,
        size.rows, size.inner, size.columns, 0.75, accumulates ? 1 : 0, scratch.pointer)
      var expected = before.map(Double.init)
      for row in 0..<size.rows {
        for column in 0..<size.columns {
          var sum = accumulates ? Double(before[row * stride + column]) : 0
          for i in 0..<size.inner {
            let x = left[transposed.a ? i * size.rows + row : row * size.inner + i]
            let y = right[transposed.b ? column * size.inner + i : i * size.columns + column]
            sum += 0.75 * x * y
          }
          expected[row * stride + column] = sum
        }
      }
      expectClose(found.values, expected, absolute: 2e-4)
    }
  }

  @Test func tiesGoToEvenAndSubnormalsToZero() throws {
    let kernel = try #require(ck_bfloat16_product()).pointee
    let one: Float = 1
    // Halfway between 1 and 1 + 2^-7, and between 1 + 2^-7 and 1 + 2^-6; half of the smallest normal number.
    for (factor, expected) in [(1 + 0x1p-8, 1), (1 + 0x3p-8, 1 + 0x1p-6), (0x1p-127, 0)]
      as [(Float, Float)]
    {
      var found: Float = 5
      var scratch = [Float](repeating: 0, count: kernel.scratch(1, 1, 1))
      withUnsafePointer(to: factor) { a in
        withUnsafePointer(to: one) { b in
          kernel.product?(a, 1, 0, b, 1, 0, &found, 1, 1, 1, 1, 1, 0, &scratch)
        }
      }
      #expect(found == expected)
    }
  }

  @Test func resultsDoNotDependOnThreads() {
    var randoms = Randoms(5)
    let (rows, columns, inner) = (311, 523, 777)
    let a = randoms.floats(rows * inner)
    let b = randoms.floats(inner * columns)
    let count = ThreadPool.threadCount
    defer { ThreadPool.threadCount = count }
    func product(_ precision: ProductPrecision) -> [Float] {
      var c = [Float](repeating: 0, count: rows * columns)
      c.withUnsafeMutableBufferPointer {
        MatrixProduct.parallel(
          rows: rows, columns: columns, inner: inner, MatrixOperand(a, stride: inner),
          MatrixOperand(b, stride: columns), into: $0.baseAddress!, stride: columns,
          precision: precision)
      }
      return c
    }
    var results: [[Float]] = []
    for threads in 1...3 {
      ThreadPool.threadCount = threads
      results.append(product(.bfloat16))
    }
    #expect(results[1] == results[0] && results[2] == results[0])
    let exact = product(.float32)
    // Of 777 products with a relative error of some 2^-9 each.
    #expect(results[0] != exact)
    expectClose(results[0], exact.map(Double.init), absolute: 0.5)
  }
}
