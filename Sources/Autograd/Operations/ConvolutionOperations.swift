internal import Kernels
internal import Tensors

/// The neighbours of each position side by side, [B, T, width · C], zeros outside of a sequence.
///
/// - Parameters:
///   - input: [B, T, C]
///   - width: positions of a window.
///   - left: how many of them stand before the window's own position.
///   - lengths: the real positions of each sequence, those after count as zeros; nil: all are real.
public func slidingWindows(_ input: Variable, width: Int, left: Int, lengths: [Int]? = nil)
  -> Variable
{
  let shape = input.shape
  if shape.rank != 3 || width < 1 || left < 0 || left >= width {
    stopOnShapes("slidingWindows", "[B, T, C] and \(left) of \(width) positions before", shape)
  }
  if let lengths, lengths.count != shape[0] || lengths.contains(where: { $0 < 0 || $0 > shape[1] })
  {
    fatalError(
      "slidingWindows: expected \(shape[0]) lengths from 0 to \(shape[1]), found \(lengths)")
  }
  let kernel = SlidingWindows(
    length: shape[1], lengths: lengths ?? Array(repeating: shape[1], count: shape[0]),
    channels: shape[2], width: width, left: left)
  var windows = Tensor(uninitialized: [shape[0], shape[1], width * shape[2]])
  kernel.forward(input.value.pointer, into: windows.mutablePointer)
  return .result(windows, of: input) { gradient, accumulator in
    var dx = Tensor.zeros(shape)
    kernel.backward(gradient.pointer, into: dx.mutablePointer)
    accumulator.add(dx, to: input)
  }
}

/// a σ(b), where the innermost dimension holds a and then b (Dauphin et al. 2017): [..., 2 C] to [..., C].
public func gatedLinearUnit(_ input: Variable) -> Variable {
  let shape = input.shape
  if shape.rank < 1 || shape.last % 2 != 0 {
    stopOnShapes("gatedLinearUnit", "an even innermost dimension", shape)
  }
  let (rows, columns) = (shape.rowCount, shape.last / 2)
  var output = Tensor(uninitialized: shape.replacingLast(with: columns))
  GatedLinearUnit.forward(
    input.value.pointer, into: output.mutablePointer, rows: rows, columns: columns)
  return .result(output, of: input) { gradient, accumulator in
    var dx = Tensor(uninitialized: shape)
    GatedLinearUnit.backward(
      input.value.pointer, dy: gradient.pointer, into: dx.mutablePointer, rows: rows,
      columns: columns)
    accumulator.add(dx, to: input)
  }
}
