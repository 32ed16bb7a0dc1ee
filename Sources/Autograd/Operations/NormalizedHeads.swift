internal import Kernels
internal import Tensors

/// Each head's vector divided by its length, and multiplied by a factor of the head where there is one: what
/// makes dot products cosines.
///
/// - Parameters:
///   - input: [..., H K]
///   - headCount: H
///   - logFactors: the logarithms of the factors, [H]; nil: all factors are 1.
/// - Returns: [..., H K]. A vector of length 0 has no direction: zeros, and no gradient.
public func normalizedHeads(
  _ input: Variable, headCount: Int, logFactors: Variable? = nil
) -> Variable {
  let shape = input.shape
  if headCount < 1 || shape.last % headCount != 0 {
    stopOnShapes("normalizedHeads", "[..., H K] with H = \(headCount)", shape)
  }
  if let logFactors, logFactors.shape != [headCount] {
    stopOnShapes("normalizedHeads", "factors [H] with H = \(headCount)", logFactors.shape)
  }
  let (rows, width) = (shape.rowCount * headCount, shape.last / headCount)
  let factors = logFactors?.value.scalars ?? []
  var output = Tensor(uninitialized: shape)
  var inverseLengths = Tensor(uninitialized: [rows])
  HeadNormalization.forward(
    input.value.pointer, logFactors: factors, into: output.mutablePointer,
    inverseLengths: inverseLengths.mutablePointer, rows: rows, width: width)

  let inputs = [input] + (logFactors.map { [$0] } ?? [])
  return .result(output, of: inputs) { [output, inverseLengths] gradient, accumulator in
    var dx = Tensor(uninitialized: shape)
    var dots = Tensor(uninitialized: [rows])
    HeadNormalization.backward(
      input.value.pointer, y: output.pointer, dy: gradient.pointer, logFactors: factors,
      inverseLengths: inverseLengths.pointer, into: dx.mutablePointer, dots: dots.mutablePointer,
      rows: rows, width: width)
    accumulator.add(dx, to: input)
    if let logFactors {
      accumulator.accumulate(into: logFactors) { pointer, isPresent in
        Reductions.columnSums(
          dots.pointer, rows: rows / headCount, columns: headCount, into: pointer,
          accumulate: isPresent)
      }
    }
  }
}
