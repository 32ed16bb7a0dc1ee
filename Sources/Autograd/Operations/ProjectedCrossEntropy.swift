internal import Kernels
internal import Tensors

/// Cross-entropy of hidden states projected to the vocabulary, logits = hidden · weightᵀ + bias, without ever
/// holding the logits of a batch: rows are taken in chunks, and the gradient is formed while a chunk's logits
/// are in cache.
///
/// - Parameters:
///   - hidden: [..., D]
///   - weight: [V, D]
///   - bias: [V] or nil.
///   - expected: the right token for each row of `hidden`; negative for padding, which counts nothing.
///   - labelSmoothing: ε of section 5.4: the target distribution is (1 - ε) one-hot + ε / V.
///   - normalizer: what the sum over rows is divided by.
/// - Returns: the scalar Σ smoothed loss / normaliser, and Σ -log p(expected) undivided and not smoothed.
public func projectedCrossEntropy(
  _ hidden: Variable, weight: Variable, bias: Variable? = nil, expected: [Int32],
  labelSmoothing: Float = 0, normalizer: Float
) -> (loss: Variable, negativeLogLikelihood: Double) {
  let (rows, width) = (hidden.shape.rowCount, hidden.shape.last)
  if weight.shape.rank != 2 || weight.shape[1] != width || expected.count != rows {
    stopOnShapes(
      "projectedCrossEntropy", "hidden [..., D], weight [V, D] and \(expected.count) rows",
      hidden.shape, weight.shape)
  }
  let inputs = [hidden, weight] + (bias.map { [$0] } ?? [])
  let chunks = CrossEntropyChunks(
    hidden: hidden, weight: weight, bias: bias, expected: expected, smoothing: labelSmoothing,
    scale: 1 / normalizer)
  let result = chunks.run(writesGradients: inputs.contains(where: \.needsGradient))

  let loss = Tensor(scalar: Float(result.smoothed / Double(normalizer)))
  // Everything happens on the way forward: hidden states and weights are read, their gradients written. Logits stay in
  // cache.
  let read = inputs.reduce(0) { $0 + $1.value.byteCount }
  let written = inputs.contains(where: \.needsGradient) ? read : 0
  let traffic = OperationTraffic(forward: read + written, backward: 0)
  let variable = Variable.result(loss, of: inputs, traffic: traffic) { upstream, accumulator in
    let factor = upstream.scalar
    func pass(_ gradient: Tensor?, to variable: Variable) {
      guard var gradient else { return }
      if factor != 1 {
        Elementwise.scale(
          gradient.pointer, by: factor, into: gradient.mutablePointer, count: gradient.count)
      }
      accumulator.add(gradient, to: variable)
    }
    pass(result.hiddenGradient, to: hidden)
    pass(result.weightGradient, to: weight)
    if let bias { pass(result.biasGradient, to: bias) }
  }
  return (variable, result.negativeLogLikelihood)
}

/// The loop over chunks of rows.
private struct CrossEntropyChunks {
  let hidden: Variable
  let weight: Variable
  let bias: Variable?
  let expected: [Int32]
  let smoothing: Float
  let scale: Float

  struct Result {
    var smoothed = 0.0
    var negativeLogLikelihood = 0.0
    var hiddenGradient: Tensor?
    var weightGradient: Tensor?
    var biasGradient: Tensor?
  }

  /// How many rows at a time. About 8 MB of logits stay in the last cache; but each chunk reads the weight twice and
  /// its gradient once, and with few rows products would be about that. Never more than 64 MB.
  private static func rowsPerChunk(vocabulary: Int) -> Int {
    max(64, (2 << 20) / vocabulary, min(512, (16 << 20) / vocabulary))
  }

  func run(writesGradients: Bool) -> Result {
    let (rows, width, vocabulary) = (expected.count, weight.shape[1], weight.shape[0])
    let chunk = max(1, min(rows, Self.rowsPerChunk(vocabulary: max(1, vocabulary))))
    var result = Result()
    if writesGradients {
      result.hiddenGradient = Tensor(uninitialized: hidden.shape)
      result.weightGradient =
        rows == 0 ? Tensor.zeros(weight.shape) : Tensor(uninitialized: weight.shape)
      result.biasGradient = bias.map { Tensor.zeros($0.shape) }
    }
    let dHidden = result.hiddenGradient?.mutablePointer
    let dWeight = result.weightGradient?.mutablePointer
    let dBias = result.biasGradient?.mutablePointer
    let precision = weight.productPrecision(with: hidden)
    BufferPool.withScratch(chunk * vocabulary) { logits in
      for start in stride(from: 0, to: rows, by: chunk) {
        let count = min(chunk, rows - start)
        let x = MatrixOperand(hidden.value.pointer + start * width, stride: width)
        let w = MatrixOperand(weight.value.pointer, stride: width)
        MatrixProduct.parallel(
          rows: count, columns: vocabulary, inner: width, x, w.transposed, into: logits,
          stride: vocabulary, precision: precision,
          epilogue: bias.map { bias in
            {
              Elementwise.biasActivation(
                .identity, logits, bias: bias.value.pointer, into: logits, stride: vocabulary,
                rows: $0, columns: $1)
            }
          })
        let losses = expected.withUnsafeBufferPointer {
          CrossEntropyKernel.forward(
            logits: logits, targets: $0.baseAddress! + start, smoothing: smoothing,
            gradientScale: writesGradients ? scale : nil, rows: count, columns: vocabulary)
        }
        result.smoothed += losses.smoothed
        result.negativeLogLikelihood += losses.negativeLogLikelihood
        guard let dHidden, let dWeight else { continue }
        let dLogits = MatrixOperand(logits, stride: vocabulary)
        MatrixProduct.parallel(
          rows: count, columns: width, inner: vocabulary, dLogits, w,
          into: dHidden + start * width, stride: width, precision: precision)
        MatrixProduct.parallel(
          rows: vocabulary, columns: width, inner: count, dLogits.transposed, x,
          beta: start == 0 ? 0 : 1,
          into: dWeight, stride: width, precision: precision)
        if let dBias {
          Reductions.columnSums(
            logits, rows: count, columns: vocabulary, into: dBias, accumulate: true)
        }
      }
    }
    return result
  }
}
