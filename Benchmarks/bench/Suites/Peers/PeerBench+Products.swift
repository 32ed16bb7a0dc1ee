import AttentionKit
import BenchmarkKit
import Kernels

extension PeerBench {
  private struct Arguments: Encodable {
    let inputs: String
    let precision: String
  }

  /// a bᵀ, as a linear layer multiplies: a [m, k], b [n, k].
  func product(_ size: PeerScale.Product, _ variants: [PeerVariant]) -> [Contender] {
    let (rows, columns, inner) = (size.rows, size.columns, size.inner)
    let inputs = Shared { [seed] in
      try TensorInputs(["a": [rows, inner], "b": [columns, inner]], seed: seed)
    }
    func compute(_ inputs: TensorInputs, _ precision: ProductPrecision) -> [Tensor] {
      var result = Tensor(uninitialized: [rows, columns])
      MatrixProduct.parallel(
        rows: rows, columns: columns, inner: inner,
        MatrixOperand(inputs["a"].pointer, stride: inner),
        MatrixOperand(inputs["b"].pointer, stride: inner, transposed: true),
        into: result.mutablePointer, stride: columns, precision: precision)
      return [result]
    }
    let own = own(
      "product",
      parameters: [
        SizeParameter("m", rows), SizeParameter("n", columns), SizeParameter("k", inner),
      ],
      cost: Cost(flops: 2 * Double(rows) * Double(columns) * Double(inner)), group: "products",
      inputs: inputs, compute: compute)
    return own
      + variants.map { variant in
        contender(variant, like: own[0], "product", inputs: inputs) {
          Arguments(inputs: $0.path, precision: variant.precision)
        } check: { inputs, work in
          try inputs.check(work, variant, names: ["output"]) { compute(inputs, .float32) }
        }
      }
  }
}
