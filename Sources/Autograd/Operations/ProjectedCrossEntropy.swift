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
///   - consistencyWeight: α of R-Drop (Liang et al. 2021). Above 0, the second half of the rows are the tokens of the
///     first once more, in another pass of dropout, and α times how far the distributions of both are apart,
///     (KL(p, q) + KL(q, p)) / 2, is added to the sum.
/// - Returns: the scalar Σ smoothed loss / normaliser, and Σ -log p(expected) undivided and not smoothed.
public func projectedCrossEntropy(
  _ hidden: Variable, weight: Variable, bias: Variable? = nil, expected: [Int32],
  labelSmoothing: Float = 0, normalizer: Float, consistencyWeight: Float = 0
) -> (loss: Variable, negativeLogLikelihood: Double) {
  let (rows, width) = (hidden.shape.rowCount, hidden.shape.last)
  if weight.shape.rank != 2 || weight.shape[1] != width || expected.count != rows {
    stopOnShapes(
      "projectedCrossEntropy", "hidden [..., D], weight [V, D] and \(expected.count) rows",
      hidden.shape, weight.shape)
  }
  if consistencyWeight > 0 && !rows.isMultiple(of: 2) {
    stopOnShapes("projectedCrossEntropy", "an even number of rows, two passes", hidden.shape)
  }
  let inputs = [hidden, weight] + (bias.map { [$0] } ?? [])
  let chunks = CrossEntropyChunks(
    hidden: hidden, weight: weight, bias: bias, expected: expected, smoothing: labelSmoothing,
    consistencyWeight: consistencyWeight, scale: 1 / normalizer)
  let result = chunks.run(writesGradients: inputs.contains(where: \.needsGradient))

  let loss = Tensor(scalar: Float(result.objective / Double(normalizer)))
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
  let consistencyWeight: Float
  let scale: Float

  struct Result {
    var objective = 0.0
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
    // Rows that belong together are in the same chunk: of one pass, or the same ones of both.
    let passes = consistencyWeight > 0 ? 2 : 1
    let rowsOfPass = rows / passes
    let chunk = max(1, min(rowsOfPass, Self.rowsPerChunk(vocabulary: max(1, vocabulary)) / passes))
    BufferPool.withScratch(passes * chunk * vocabulary) { logits in
      for start in stride(from: 0, to: rowsOfPass, by: chunk) {
        let count = min(chunk, rowsOfPass - start)
        let size = count * vocabulary
        let places = (0..<passes).map { $0 * rowsOfPass + start }
        let w = MatrixOperand(weight.value.pointer, stride: width)
        func x(_ pass: Int) -> MatrixOperand {
          MatrixOperand(hidden.value.pointer + places[pass] * width, stride: width)
        }
        for pass in 0..<passes {
          let logits = logits + pass * size
          MatrixProduct.parallel(
            rows: count, columns: vocabulary, inner: width, x(pass), w.transposed, into: logits,
            stride: vocabulary, precision: precision,
            epilogue: bias.map { bias in
              {
                Elementwise.biasActivation(
                  .identity, logits, bias: bias.value.pointer, into: logits, stride: vocabulary,
                  rows: $0, columns: $1)
              }
            })
        }
        expected.withUnsafeBufferPointer { expected in
          addLosses(
            of: logits, rows: count, targets: places.map { expected.baseAddress! + $0 },
            to: &result)
        }
        guard let dHidden, let dWeight else { continue }
        for pass in 0..<passes {
          let logits = logits + pass * size
          let dLogits = MatrixOperand(logits, stride: vocabulary)
          MatrixProduct.parallel(
            rows: count, columns: width, inner: vocabulary, dLogits, w,
            into: dHidden + places[pass] * width, stride: width, precision: precision)
          MatrixProduct.parallel(
            rows: vocabulary, columns: width, inner: count, dLogits.transposed, x(pass),
            beta: places[pass] == 0 ? 0 : 1,
            into: dWeight, stride: width, precision: precision)
          if let dBias {
            Reductions.columnSums(
              logits, rows: count, columns: vocabulary, into: dBias, accumulate: true)
          }
        }
      }
    }
    return result
  }

  /// Adds the losses of a chunk, `rows` rows of each pass one after the other, and puts their gradients in place of
  /// the logits.
  private func addLosses(
    of logits: UnsafeMutablePointer<Float>, rows: Int, targets: [UnsafePointer<Int32>],
    to result: inout Result
  ) {
    let vocabulary = weight.shape[0]
    let size = rows * vocabulary
    func addCrossEntropies() {
      for (pass, targets) in targets.enumerated() {
        let losses = CrossEntropyKernel.forward(
          logits: logits + pass * size, targets: targets, smoothing: smoothing,
          gradientScale: result.hiddenGradient == nil ? nil : scale, rows: rows,
          columns: vocabulary)
        result.objective += losses.smoothed
        result.negativeLogLikelihood += losses.negativeLogLikelihood
      }
    }
    guard targets.count == 2 else { return addCrossEntropies() }
    BufferPool.withScratch(2 * size) { gradient in
      result.objective +=
        Double(consistencyWeight)
        * CrossEntropyKernel.consistency(
          logits, logits + size, targets: targets[0], gradientScale: consistencyWeight * scale,
          da: gradient, db: gradient + size, rows: rows, columns: vocabulary)
      addCrossEntropies()
      if result.hiddenGradient != nil {
        Elementwise.add(logits, gradient, into: logits, count: 2 * size)
      }
    }
  }
}
