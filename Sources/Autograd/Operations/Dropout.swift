public import Kernels
internal import Tensors

/// The input where the mask keeps it, scaled by 1 / (1 - rate); 0 elsewhere.
///
/// - Parameter input: any shape.
public func dropout(_ input: Variable, _ mask: DropoutMask) -> Variable {
  if mask.isEmpty { return input }
  return .result(dropped(input.value, mask), of: input) { gradient, accumulator in
    accumulator.add(dropped(gradient, mask), to: input)
  }
}

/// A tensor seen through a mask: the same function forward and backward.
func dropped(_ tensor: Tensor, _ mask: DropoutMask) -> Tensor {
  if mask.isEmpty { return tensor }
  var result = Tensor(uninitialized: tensor.shape)
  Elementwise.dropout(mask, tensor.pointer, into: result.mutablePointer, count: tensor.count)
  return result
}
