public import Kernels
internal import Tensors

/// LayerNorm(residual + dropout(branch)) in one pass over memory (paper, sections 3.1 and 5.4).
///
/// - Parameters:
///   - residual: [..., D]
///   - branch: [..., D], the output of a sub-layer.
///   - scale, shift: γ and β of the normalisation, [D].
public func addNorm(
  residual: Variable, branch: Variable, scale: Variable, shift: Variable, epsilon: Float,
  dropout: DropoutMask = .none
) -> Variable {
  if residual.shape != branch.shape {
    stopOnShapes("addNorm", "residual and branch of one shape", residual.shape, branch.shape)
  }
  return normalize(
    residual: residual, branch: branch, scale: scale, shift: shift, epsilon: epsilon,
    dropout: dropout)
}

/// Layer normalisation over the innermost dimension (Ba et al. 2016), with the biased variance.
///
/// - Parameters:
///   - input: [..., D]
///   - scale, shift: γ and β, [D].
public func layerNorm(_ input: Variable, scale: Variable, shift: Variable, epsilon: Float)
  -> Variable
{
  normalize(
    residual: input, branch: nil, scale: scale, shift: shift, epsilon: epsilon, dropout: .none)
}

/// residual + dropout(branch), the end of a pre-norm sub-layer.
///
/// - Parameters:
///   - residual: [..., D]
///   - branch: [..., D], the output of a sub-layer.
public func addDropped(residual: Variable, branch: Variable, dropout: DropoutMask) -> Variable {
  if residual.shape != branch.shape {
    stopOnShapes("addDropped", "residual and branch of one shape", residual.shape, branch.shape)
  }
  var sum = Tensor(uninitialized: branch.shape)
  AddNormKernel.forward(
    residual: residual.value.pointer, branch: branch.value.pointer, dropout: dropout, norm: nil,
    sum: sum.mutablePointer, y: nil, statistics: nil, rows: branch.shape.rowCount,
    columns: branch.shape.last)
  return .result(sum, of: residual, branch) { gradient, accumulator in
    accumulator.add(gradient, to: residual)
    accumulator.add(dropped(gradient, dropout), to: branch)
  }
}

private func normalize(
  residual: Variable, branch: Variable?, scale: Variable, shift: Variable, epsilon: Float,
  dropout: DropoutMask
) -> Variable {
  let (rows, columns) = (residual.shape.rowCount, residual.shape.last)
  if scale.shape != [columns] || shift.shape != [columns] {
    stopOnShapes(
      "layerNorm", "input [..., D], scale [D] and shift [D]", residual.shape, scale.shape,
      shift.shape)
  }
  let inputs = [residual, scale, shift] + (branch.map { [$0] } ?? [])
  let recordsGradient = inputs.contains(where: \.needsGradient)
  var output = Tensor(uninitialized: residual.shape)
  // The backward pass needs what was normalised: without a branch that is the input itself.
  var sum = recordsGradient && branch != nil ? Tensor(uninitialized: residual.shape) : nil
  var statistics = recordsGradient ? Tensor(uninitialized: [2, rows]) : nil
  AddNormKernel.forward(
    residual: residual.value.pointer, branch: branch?.value.pointer, dropout: dropout,
    norm: AddNormKernel.Normalization(
      gamma: scale.value.pointer, beta: shift.value.pointer, epsilon: epsilon),
    sum: sum?.mutablePointer, y: output.mutablePointer, statistics: statistics?.mutablePointer,
    rows: rows, columns: columns)

  return .result(output, of: inputs, operation: branch == nil ? "layerNorm" : "addNorm") {
    [sum, statistics] gradient, accumulator in
    guard let statistics else { return }
    let normalized = sum ?? residual.value
    var dScale = Tensor.zeros([columns])
    var dShift = Tensor.zeros([columns])
    var dSum = Tensor(uninitialized: residual.shape)
    let isSeparate = branch.map(accumulator.wants) == true && !dropout.isEmpty
    var dBranch = isSeparate ? Tensor(uninitialized: residual.shape) : nil
    AddNormKernel.backward(
      dy: gradient.pointer, sum: normalized.pointer, statistics: statistics.pointer,
      gamma: scale.value.pointer, dropout: dropout, ds: dSum.mutablePointer, accumulate: false,
      dBranch: dBranch?.mutablePointer, dGamma: dScale.mutablePointer,
      dBeta: dShift.mutablePointer, rows: rows, columns: columns)
    if let branch { accumulator.add(dBranch ?? dSum, to: branch) }
    accumulator.add(dSum, to: residual)
    accumulator.add(dScale, to: scale)
    accumulator.add(dShift, to: shift)
  }
}
