internal import Kernels
internal import Tensors

/// What one direction of an LSTM layer gives.
public struct LSTMResult {
  /// h after each step, [B, T, H]; 0 in padding.
  public let output: Variable
  /// h after the last real step of each sequence, [B, H].
  public let hidden: Variable
  /// c after the last real step of each sequence, [B, H].
  public let cell: Variable

  /// Outputs [B, T, H] and last states [B, H].
  public init(output: Variable, hidden: Variable, cell: Variable) {
    self.output = output
    self.hidden = hidden
    self.cell = cell
  }
}

/// The parameters of one direction of an LSTM layer, PyTorch's: gates in the order input, forget, cell,
/// output.
public struct LSTMWeights {
  /// [4H, in]
  public let input: Variable
  /// [4H, H]
  public let recurrent: Variable
  /// [4H]
  public let inputBias: Variable
  /// [4H]
  public let recurrentBias: Variable

  /// Weights [4H, in] and [4H, H], biases [4H].
  public init(
    input: Variable, recurrent: Variable, inputBias: Variable, recurrentBias: Variable
  ) {
    self.input = input
    self.recurrent = recurrent
    self.inputBias = inputBias
    self.recurrentBias = recurrentBias
  }
}

/// An LSTM over whole sequences (Hochreiter and Schmidhuber, 1997): the input's product for all steps at once,
/// then a recurrent product and a gate kernel a step; backward likewise, weight gradients in one product each.
///
/// - Parameters:
///   - input: [B, T, in]
///   - initial: h and c before the first step, [B, H] each; nil: zeros.
///   - lengths: real steps of each sequence. Padding enters no state.
///   - isReversed: each sequence is read from its own last token to its first.
public func lstm(
  _ input: Variable, weights: LSTMWeights, initial: (hidden: Variable, cell: Variable)? = nil,
  lengths: [Int], isReversed: Bool = false
) -> LSTMResult {
  let run = LSTMRun(input, weights, initial: initial, lengths: lengths, isReversed: isReversed)
  let inputs =
    [input, weights.input, weights.recurrent, weights.inputBias, weights.recurrentBias]
    + (initial.map { [$0.hidden, $0.cell] } ?? [])
  // One result with outputs and last states side by side, so that one backward pass serves all three.
  let joined = Variable.result(run.joinedOutput(), of: inputs) { gradient, accumulator in
    run.backward(gradient, accumulator)
  }
  let (batch, steps, hidden) = (run.batch, run.steps, run.hidden)
  let output = joined.slice(axis: 1, 0..<steps)
  return LSTMResult(
    output: output,
    hidden: joined.slice(axis: 1, steps..<steps + 1).reshaped([batch, hidden]),
    cell: joined.slice(axis: 1, steps + 1..<steps + 2).reshaped([batch, hidden]))
}

/// One forward pass and what its backward pass needs.
private final class LSTMRun {
  let input: Variable
  let weights: LSTMWeights
  let initial: (hidden: Variable, cell: Variable)?
  let order: TimeMajorOrder
  let shape: LSTMKernel.Shape
  let (batch, steps, width, hidden): (Int, Int, Int, Int)
  /// [T, B, in], [T, B, 4H], [T + 1, B, H] and [T + 1, B, H]
  var inputs: Tensor
  var gates: Tensor
  var states: Tensor
  var cells: Tensor

  init(
    _ input: Variable, _ weights: LSTMWeights, initial: (hidden: Variable, cell: Variable)?,
    lengths: [Int], isReversed: Bool
  ) {
    guard input.shape.rank == 3, lengths.count == input.shape[0],
      weights.input.shape.rank == 2, weights.input.shape[1] == input.shape[2],
      weights.recurrent.shape == [weights.input.shape[0], weights.input.shape[0] / 4]
    else {
      stopOnShapes(
        "lstm", "input [B, T, in] with \(lengths.count) lengths, weights [4H, in] and [4H, H]",
        input.shape, weights.input.shape, weights.recurrent.shape)
    }
    LSTMRun.check(input, weights, initial: initial, lengths: lengths)
    self.input = input
    self.weights = weights
    self.initial = initial
    (batch, steps, width) = (input.shape[0], input.shape[1], input.shape[2])
    hidden = weights.recurrent.shape[1]
    order = TimeMajorOrder(lengths: lengths, steps: steps, isReversed: isReversed)
    shape = LSTMKernel.Shape(batch: batch, hidden: hidden, activeCounts: order.activeCounts)
    inputs = Tensor(uninitialized: [steps, batch, width])
    gates = Tensor(uninitialized: [steps, batch, 4 * hidden])
    states = Tensor(uninitialized: [steps + 1, batch, hidden])
    cells = Tensor(uninitialized: [steps + 1, batch, hidden])
    forward()
  }

  /// What the kernels take on trust: they read and write memory by these numbers.
  private static func check(
    _ input: Variable, _ weights: LSTMWeights, initial: (hidden: Variable, cell: Variable)?,
    lengths: [Int]
  ) {
    let (batch, steps, hidden) = (input.shape[0], input.shape[1], weights.recurrent.shape[1])
    if weights.inputBias.shape != [4 * hidden] || weights.recurrentBias.shape != [4 * hidden] {
      stopOnShapes(
        "lstm", "two biases [4H] with H = \(hidden)", weights.inputBias.shape,
        weights.recurrentBias.shape)
    }
    if let initial,
      initial.hidden.shape != [batch, hidden] || initial.cell.shape != [batch, hidden]
    {
      stopOnShapes(
        "lstm", "initial states [B, H] with B = \(batch) and H = \(hidden)", initial.hidden.shape,
        initial.cell.shape)
    }
    if lengths.contains(where: { $0 < 0 || $0 > steps }) {
      fatalError("lstm: expected \(batch) lengths from 0 to \(steps), found \(lengths)")
    }
  }

  private func forward() {
    order.gather(input.value.pointer, into: inputs.mutablePointer, width: width)
    let bias = (weights.inputBias + weights.recurrentBias).value
    let gate = gates.mutablePointer
    MatrixProduct.parallel(
      rows: steps * batch, columns: 4 * hidden, inner: width,
      MatrixOperand(inputs.pointer, stride: width),
      MatrixOperand(weights.input.value.pointer, stride: width, transposed: true), into: gate,
      stride: 4 * hidden,
      epilogue: {
        Elementwise.biasActivation(
          .identity, gate, bias: bias.pointer, into: gate, stride: 4 * self.hidden, rows: $0,
          columns: $1)
      })
    for (position, row) in order.order.enumerated() {
      set(&states, position, initial?.hidden.value, row)
      set(&cells, position, initial?.cell.value, row)
    }
    LSTMKernel.forward(
      shape, gates: gate, weight: weights.recurrent.value.pointer, hidden: states.mutablePointer,
      cell: cells.mutablePointer)
  }

  private func set(_ tensor: inout Tensor, _ position: Int, _ source: Tensor?, _ row: Int) {
    let target = tensor.mutablePointer + position * hidden
    if let source {
      target.update(from: source.pointer + row * hidden, count: hidden)
    } else {
      target.update(repeating: 0, count: hidden)
    }
  }

  /// [B, T + 2, H]: outputs, last h, last c.
  func joinedOutput() -> Tensor {
    var output = Tensor(uninitialized: [batch, steps, hidden])
    order.scatter(
      states.pointer + batch * hidden, into: output.mutablePointer, width: hidden)
    var joined = Tensor(uninitialized: [batch, steps + 2, hidden])
    let target = joined.mutablePointer
    let last = steps * batch * hidden
    for (position, row) in order.order.enumerated() {
      let start = target + row * (steps + 2) * hidden
      start.update(from: output.pointer + row * steps * hidden, count: steps * hidden)
      (start + steps * hidden).update(
        from: states.pointer + last + position * hidden, count: hidden)
      (start + (steps + 1) * hidden).update(
        from: cells.pointer + last + position * hidden, count: hidden)
    }
    return joined
  }

  func backward(_ gradient: Tensor, _ accumulator: GradientAccumulator) {
    var outputGradient = Tensor(uninitialized: [batch, steps, hidden])
    var dHidden = Tensor(uninitialized: [batch, hidden])
    var dCell = Tensor(uninitialized: [batch, hidden])
    for (position, row) in order.order.enumerated() {
      let source = gradient.pointer + row * (steps + 2) * hidden
      (outputGradient.mutablePointer + row * steps * hidden).update(
        from: source, count: steps * hidden)
      (dHidden.mutablePointer + position * hidden).update(
        from: source + steps * hidden, count: hidden)
      (dCell.mutablePointer + position * hidden).update(
        from: source + (steps + 1) * hidden, count: hidden)
    }
    var timeMajor = Tensor(uninitialized: [steps, batch, hidden])
    order.gather(outputGradient.pointer, into: timeMajor.mutablePointer, width: hidden)
    LSTMKernel.backward(
      shape, gates: gates.mutablePointer, weight: weights.recurrent.value.pointer,
      cell: cells.pointer, outputGradient: timeMajor.pointer, dHidden: dHidden.mutablePointer,
      dCell: dCell.mutablePointer)
    addWeightGradients(accumulator)
    addInputGradient(accumulator)
    if let initial {
      accumulator.add(inRowOrder(dHidden), to: initial.hidden)
      accumulator.add(inRowOrder(dCell), to: initial.cell)
    }
  }

  /// dW = Σ over all steps at once: dgatesᵀ x and dgatesᵀ h before the step.
  private func addWeightGradients(_ accumulator: GradientAccumulator) {
    let rows = steps * batch
    let dGates = MatrixOperand(gates.pointer, stride: 4 * hidden)
    for (weight, source, columns) in [
      (weights.input, inputs, width), (weights.recurrent, states, hidden),
    ] {
      accumulator.accumulate(into: weight) { pointer, isPresent in
        MatrixProduct.parallel(
          rows: 4 * hidden, columns: columns, inner: rows, dGates.transposed,
          MatrixOperand(source.pointer, stride: columns), beta: isPresent ? 1 : 0,
          into: pointer, stride: columns)
      }
    }
    for bias in [weights.inputBias, weights.recurrentBias] {
      accumulator.accumulate(into: bias) { pointer, isPresent in
        Reductions.columnSums(
          gates.pointer, rows: rows, columns: 4 * hidden, into: pointer, accumulate: isPresent)
      }
    }
  }

  private func addInputGradient(_ accumulator: GradientAccumulator) {
    guard accumulator.wants(input) else { return }
    var timeMajor = Tensor(uninitialized: [steps, batch, width])
    MatrixProduct.parallel(
      rows: steps * batch, columns: width, inner: 4 * hidden,
      MatrixOperand(gates.pointer, stride: 4 * hidden),
      MatrixOperand(weights.input.value.pointer, stride: width), into: timeMajor.mutablePointer,
      stride: width)
    var gradient = Tensor(uninitialized: input.shape)
    order.scatter(timeMajor.pointer, into: gradient.mutablePointer, width: width)
    accumulator.add(gradient, to: input)
  }

  private func inRowOrder(_ tensor: Tensor) -> Tensor {
    var result = Tensor(uninitialized: tensor.shape)
    for (position, row) in order.order.enumerated() {
      (result.mutablePointer + row * hidden).update(
        from: tensor.pointer + position * hidden, count: hidden)
    }
    return result
  }
}
