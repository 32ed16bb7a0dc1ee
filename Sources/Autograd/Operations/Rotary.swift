internal import Kernels
public import Tensors

/// Queries or keys turned by their positions (Su et al. 2021): the pair (x₂ᵢ, x₂ᵢ₊₁) of each head by an angle that
/// grows with the position, so that products depend on distances alone.
///
/// - Parameters:
///   - input: [B, T, H K] with K even.
///   - positions: of each row, [B, T], at least 0.
///   - table: cosines and sines of each position, [positions, K]: cos, sin of the first pair, and so on.
///   - headCount: H
/// - Returns: [B, T, H K]
public func rotated(
  _ input: Variable, positions: [Int32], table: Tensor, headCount: Int
) -> Variable {
  let shape = input.shape
  guard shape.rank == 3, headCount > 0, shape[2] % (2 * headCount) == 0,
    positions.count == shape.rowCount, table.shape.rank == 2,
    table.shape[1] == shape[2] / headCount
  else {
    stopOnShapes(
      "rotated", "input [B, T, H K] with H = \(headCount), K even, and table [positions, K]", shape,
      table.shape)
  }
  if let wrong = positions.first(where: { $0 < 0 || $0 >= table.shape[0] }) {
    fatalError("rotated: position \(wrong) is outside the table \(table.shape)")
  }
  func turned(_ tensor: Tensor, direction: Float) -> Tensor {
    var result = Tensor(uninitialized: shape)
    RotaryKernel.rotate(
      tensor.pointer, positions: positions, table: table.pointer, direction: direction,
      into: result.mutablePointer, heads: headCount, width: shape[2] / headCount)
    return result
  }
  return .result(turned(input.value, direction: 1), of: input) { gradient, accumulator in
    accumulator.add(turned(gradient, direction: -1), to: input)
  }
}
