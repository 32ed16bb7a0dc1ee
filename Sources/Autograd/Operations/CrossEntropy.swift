internal import Kernels
internal import Tensors

/// Cross-entropy of logits that exist as a whole: the plain form of
/// ``projectedCrossEntropy(_:weight:bias:expected:labelSmoothing:normalizer:consistencyWeight:)``.
///
/// - Parameters:
///   - logits: [..., V]
///   - expected: the right token for each row; negative for padding.
/// - Returns: the scalar Σ smoothed loss / normaliser.
public func crossEntropy(
  _ logits: Variable, expected: [Int32], labelSmoothing: Float = 0, normalizer: Float
) -> Variable {
  let (rows, vocabulary) = (logits.shape.rowCount, logits.shape.last)
  if expected.count != rows {
    stopOnShapes("crossEntropy", "logits [..., V] with \(expected.count) rows", logits.shape)
  }
  var gradient = logits.value
  let losses = CrossEntropyKernel.forward(
    logits: gradient.mutablePointer, targets: expected, smoothing: labelSmoothing,
    gradientScale: 1 / normalizer, rows: rows, columns: vocabulary)
  let loss = Tensor(scalar: Float(losses.smoothed / Double(normalizer)))
  return .result(loss, of: logits) { [gradient] upstream, accumulator in
    var scaled = gradient
    Elementwise.scale(
      gradient.pointer, by: upstream.scalar, into: scaled.mutablePointer, count: gradient.count)
    accumulator.add(scaled, to: logits)
  }
}
