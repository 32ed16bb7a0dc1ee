import CKernels
import Kernels
import Testing

/// A table of kernels as an argument of a test.
struct KernelSet: CustomTestStringConvertible, @unchecked Sendable {
  let table: ck_functions

  var testDescription: String { String(cString: table.name) }

  /// All that this CPU can run.
  static let all = VectorKernels.all.map { KernelSet(table: $0) }

  /// Below, at and above the width of every vector, and the ends of the range.
  static let sizes = [0, 1, 2, 3, 4, 5, 7, 8, 11, 13, 15, 16, 17, 19, 31, 33, 61, 64, 67, 131, 257]
}

/// No dropout.
let noDropout = ck_dropout(key: 0, threshold: 0, scale: 1)

func dropout(rate: Double, key: UInt64) -> ck_dropout {
  ck_dropout(
    key: key, threshold: UInt32((rate * 4_294_967_296).rounded()), scale: Float(1 / (1 - rate)))
}
