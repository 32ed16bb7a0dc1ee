import BenchmarkKit
import Kernels

/// Two square matrices and their product, for one thread of the machine suite.
final class ProductMatrices {
  private let order: Int
  private let a: FloatBuffer
  private let b: FloatBuffer
  private let product: FloatBuffer

  init(order: Int, seed: UInt64) {
    self.order = order
    a = FloatBuffer(randomCount: order * order, seed: seed)
    b = FloatBuffer(randomCount: order * order, seed: ~seed)
    product = FloatBuffer(zeroCount: order * order)
  }

  func multiply() {
    MatrixProduct.serial(
      rows: order, columns: order, inner: order, MatrixOperand(a.pointer, stride: order),
      MatrixOperand(b.pointer, stride: order), into: product.pointer, stride: order)
  }

  /// Compares some elements with sums in double precision.
  func check() throws {
    for row in stride(from: 0, to: order, by: 97) {
      let column = row * 131 % order
      let expected = (0..<order).reduce(0.0) {
        $0 + Double(a.pointer[row * order + $1]) * Double(b.pointer[$1 * order + column])
      }
      let found = Double(product.pointer[row * order + column])
      guard abs(found - expected) < 1e-3 else {
        throw CheckFailure("element [\(row), \(column)] is \(found), expected \(expected)")
      }
    }
  }
}
