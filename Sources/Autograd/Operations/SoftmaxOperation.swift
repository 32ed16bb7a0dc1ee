internal import Kernels
internal import Tensors

/// Softmax over the innermost dimension. A row of nothing but -inf gives zeros.
public func softmax(_ input: Variable) -> Variable {
  let (rows, columns) = (input.shape.rowCount, input.shape.last)
  var output = Tensor(uninitialized: input.shape)
  Softmax.forward(
    input.value.pointer, into: output.mutablePointer, rows: rows, columns: columns)
  return .result(output, of: input) { [output] gradient, accumulator in
    var dx = Tensor(uninitialized: gradient.shape)
    Softmax.backward(
      y: output.pointer, dy: gradient.pointer, into: dx.mutablePointer, rows: rows,
      columns: columns)
    accumulator.add(dx, to: input)
  }
}

/// Scores with -inf wherever the mask hides a key.
///
/// - Parameter scores: [B, H, T, S]
public func masked(_ scores: Variable, by mask: AttentionMask) -> Variable {
  guard scores.shape.rank == 4 else { stopOnShapes("masked", "[B, H, T, S]", scores.shape) }
  let (batch, heads, queries, keys) = (
    scores.shape[0], scores.shape[1], scores.shape[2], scores.shape[3]
  )
  mask.check(batch: batch, queryCount: queries, keyCount: keys)
  var hiddenElements: [Int] = []
  for b in 0..<batch {
    for query in 0..<queries {
      for key in 0..<keys
      where !mask.allows(
        sequence: b, query: query, key: key, queryCount: queries, keyCount: keys)
      {
        for head in 0..<heads {
          hiddenElements.append(((b * heads + head) * queries + query) * keys + key)
        }
      }
    }
  }
  if hiddenElements.isEmpty { return scores }
  let hidden = hiddenElements
  func filled(_ tensor: Tensor, with value: Float) -> Tensor {
    var result = tensor
    let pointer = result.mutablePointer
    for index in hidden { pointer[index] = value }
    return result
  }
  return .result(filled(scores.value, with: -.infinity), of: scores) { gradient, accumulator in
    accumulator.add(filled(gradient, with: 0), to: scores)
  }
}
