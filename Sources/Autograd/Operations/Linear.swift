public import Kernels
internal import Tensors

/// y = f(x Wᵀ + b) as one operation: bias and activation are applied while the product is in cache.
///
/// - Parameters:
///   - input: [..., in]
///   - weight: [out, in], as PyTorch lays it out.
///   - bias: [out] or nil.
/// - Returns: [..., out]
public func linear(
  _ input: Variable, weight: Variable, bias: Variable? = nil, activation: Activation = .identity
) -> Variable {
  let (rows, inner, columns) = (input.shape.rowCount, input.shape.last, weight.shape[0])
  if weight.shape.rank != 2 || weight.shape[1] != inner {
    stopOnShapes("linear", "input [..., in] and weight [out, in]", input.shape, weight.shape)
  }
  if let bias, bias.shape != [columns] {
    stopOnShapes("linear", "weight [out, in] and bias [out]", weight.shape, bias.shape)
  }
  let inputs = [input, weight] + (bias.map { [$0] } ?? [])
  let recordsGradient = inputs.contains(where: \.needsGradient)

  var output = Tensor(uninitialized: input.shape.replacingLast(with: columns))
  // The argument of the activation is kept apart only where its derivative asks for it.
  var argument =
    recordsGradient && activation.derivativeNeedsArgument
    ? Tensor(uninitialized: output.shape) : nil
  let y = output.mutablePointer
  let z = argument?.mutablePointer ?? y
  let needsEpilogue = bias != nil || activation != .identity
  MatrixProduct.parallel(
    rows: rows, columns: columns, inner: inner,
    MatrixOperand(input.value.pointer, stride: inner),
    MatrixOperand(weight.value.pointer, stride: inner, transposed: true), into: z, stride: columns,
    precision: weight.productPrecision(with: input),
    epilogue: needsEpilogue
      ? {
        Elementwise.biasActivation(
          activation, z, bias: bias?.value.pointer, into: y, stride: columns, rows: $0,
          columns: $1)
      } : nil)

  return .result(output, of: inputs) { [argument, output] gradient, accumulator in
    var dz = gradient
    if activation != .identity {
      dz = Tensor(uninitialized: gradient.shape)
      Elementwise.activationGradient(
        activation, gradient.pointer, saved: (argument ?? output).pointer, into: dz.mutablePointer,
        count: gradient.count)
    }
    accumulateLinearGradients(
      dz, input: input, weight: weight, bias: bias, accumulator: accumulator)
  }
}

/// dX += dZ W, dW += dZᵀ X, db += Σ dZ
func accumulateLinearGradients(
  _ dz: Tensor, input: Variable, weight: Variable, bias: Variable?,
  accumulator: GradientAccumulator
) {
  let (rows, inner, columns) = (input.shape.rowCount, input.shape.last, weight.shape[0])
  let dZ = MatrixOperand(dz.pointer, stride: columns)
  accumulator.accumulate(into: input) { pointer, isPresent in
    MatrixProduct.parallel(
      rows: rows, columns: inner, inner: columns, dZ,
      MatrixOperand(weight.value.pointer, stride: inner), beta: isPresent ? 1 : 0, into: pointer,
      stride: inner, precision: accumulator.precision)
  }
  accumulator.add(
    [
      PendingProducts.Part(
        left: PendingProducts.Rows(tensor: dz, stride: columns),
        right: PendingProducts.Rows(tensor: input.value, stride: inner), count: rows,
        target: 0..<columns)
    ], to: weight)
  if let bias {
    accumulator.accumulate(into: bias) { pointer, isPresent in
      Reductions.columnSums(
        dz.pointer, rows: rows, columns: columns, into: pointer, accumulate: isPresent)
    }
  }
}
