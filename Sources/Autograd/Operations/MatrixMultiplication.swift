internal import Kernels
internal import Tensors

/// The product of matrices, or of equally many matrices in batches.
///
/// - Parameters:
///   - a: [..., M, K], or [..., K, M] when `transposeA`.
///   - b: [..., K, N], or [..., N, K] when `transposeB`; the leading dimensions are those of `a`.
/// - Returns: [..., M, N]
public func matmul(
  _ a: Variable, _ b: Variable, transposeA: Bool = false, transposeB: Bool = false
) -> Variable {
  let product = BatchedProduct(a.value, b.value, transposeA, transposeB)
  return .result(product.value, of: a, b) { gradient, accumulator in
    if accumulator.wants(a) {
      let dA =
        transposeA
        ? BatchedProduct(b.value, gradient, transposeB, true)
        : BatchedProduct(gradient, b.value, false, !transposeB)
      accumulator.add(dA.value, to: a)
    }
    if accumulator.wants(b) {
      let dB =
        transposeB
        ? BatchedProduct(gradient, a.value, true, transposeA)
        : BatchedProduct(a.value, gradient, !transposeA, false)
      accumulator.add(dB.value, to: b)
    }
  }
}

private struct BatchedProduct {
  let value: Tensor

  init(_ a: Tensor, _ b: Tensor, _ transposeA: Bool, _ transposeB: Bool) {
    guard a.shape.rank >= 2, a.shape.rank == b.shape.rank,
      a.shape.dimensions.dropLast(2) == b.shape.dimensions.dropLast(2),
      a.shape[transposeA ? -2 : -1] == b.shape[transposeB ? -1 : -2]
    else {
      stopOnShapes("matmul", "[..., M, K] and [..., K, N] after transposing", a.shape, b.shape)
    }
    let rows = a.shape[transposeA ? -1 : -2]
    let inner = a.shape[transposeA ? -2 : -1]
    let columns = b.shape[transposeB ? -2 : -1]
    let leading = Array(a.shape.dimensions.dropLast(2))
    var result = Tensor(uninitialized: Shape(leading + [rows, columns]))
    MatrixProduct.batched(
      count: leading.reduce(1, *), rows: rows, columns: columns, inner: inner,
      MatrixOperand(a.pointer, stride: a.shape.last, transposed: transposeA), step: rows * inner,
      MatrixOperand(b.pointer, stride: b.shape.last, transposed: transposeB),
      step: inner * columns, into: result.mutablePointer, stride: columns, step: rows * columns)
    value = result
  }
}
