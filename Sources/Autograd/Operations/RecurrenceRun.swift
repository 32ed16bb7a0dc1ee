internal import Kernels
internal import Tensors

/// One forward pass of a recurrent layer and what its backward pass needs.
final class RecurrenceRun {
  private let input: Variable
  private let weights: RecurrentWeights
  private let initial: RecurrentLayerState?
  private let order: TimeMajorOrder
  private let kernel: RecurrentKernel
  private let (batch, steps, width, hidden): (Int, Int, Int, Int)
  /// [T, B, in], [T, B, gates], [T + 1, B, H] and, for an LSTM, [T + 1, B, H].
  private var inputs: Tensor
  private var gates: Tensor
  private var states: Tensor
  private var cells: Tensor?

  /// [B, H]; what the backward pass starts from, set before it.
  var lastHiddenGradient: Tensor?
  var lastCellGradient: Tensor?

  init(
    _ cell: RecurrentCell, _ input: Variable, _ weights: RecurrentWeights,
    initial: RecurrentLayerState?, lengths: [Int], isReversed: Bool
  ) {
    self.input = input
    self.weights = weights
    self.initial = initial
    (batch, steps, width) = (input.shape[0], input.shape[1], input.shape[2])
    hidden = weights.recurrent.shape[1]
    order = TimeMajorOrder(lengths: lengths, steps: steps, isReversed: isReversed)
    kernel = RecurrentKernel(
      cell, batch: batch, hidden: hidden, activeCounts: order.activeCounts)
    inputs = Tensor(uninitialized: [steps, batch, width])
    gates = Tensor(uninitialized: [steps, batch, kernel.gateStride])
    states = Tensor(uninitialized: [steps + 1, batch, hidden])
    cells = cell.hasCellState ? Tensor(uninitialized: [steps + 1, batch, hidden]) : nil
    order.gather(input.value.pointer, into: inputs.mutablePointer, width: width)
    addInputProduct()
    inStepOrder(initial?.hidden.value, into: states.mutablePointer)
    if let pointer = cells?.mutablePointer { inStepOrder(initial?.cell?.value, into: pointer) }
    kernel.forward(buffers())
  }

  private func buffers() -> RecurrentKernel.Buffers {
    RecurrentKernel.Buffers(
      gates: gates.mutablePointer, weight: weights.recurrent.value.pointer,
      hidden: states.mutablePointer, cell: cells?.mutablePointer)
  }

  /// gates = x W_ihᵀ and the biases, for all steps.
  private func addInputProduct() {
    let (layout, stride) = (kernel.layout, kernel.gateStride)
    var bias = Tensor.zeros([stride])
    for (blocks, source) in [
      (layout.inputBlocks, weights.inputBias), (layout.stateBlocks, weights.recurrentBias),
    ] {
      for block in blocks {
        let target = bias.mutablePointer + block.column * hidden
        Elementwise.add(
          target, source.value.pointer + block.gate * hidden, into: target,
          count: block.count * hidden)
      }
    }
    let target = gates.mutablePointer
    for block in layout.inputBlocks {
      let start = target + block.column * hidden
      let blockBias = bias.pointer + block.column * hidden
      MatrixProduct.parallel(
        rows: steps * batch, columns: block.count * hidden, inner: width,
        MatrixOperand(inputs.pointer, stride: width),
        MatrixOperand(
          weights.input.value.pointer + block.gate * hidden * width, stride: width,
          transposed: true),
        into: start, stride: stride,
        epilogue: {
          Elementwise.biasActivation(
            .identity, start, bias: blockBias, into: start, stride: stride, rows: $0, columns: $1)
        })
    }
    // What meets the state alone starts from its bias.
    for column in layout.columnsOfStateAlone {
      let source = bias.pointer + column * hidden
      for row in 0..<steps * batch {
        (target + row * stride + column * hidden).update(from: source, count: hidden)
      }
    }
  }

  /// [B, T, H]
  func output() -> Tensor {
    var output = Tensor(uninitialized: [batch, steps, hidden])
    order.scatter(
      states.pointer + batch * hidden, into: output.mutablePointer, width: hidden)
    return output
  }

  /// h after the last step, [B, H].
  func lastHidden() -> Tensor { inRowOrder(states.pointer + steps * batch * hidden) }

  /// c after the last step, [B, H].
  func lastCell() -> Tensor? { cells.map { inRowOrder($0.pointer + steps * batch * hidden) } }

  func backward(_ gradient: Tensor, _ accumulator: GradientAccumulator) {
    var dHidden = Tensor(uninitialized: [batch, hidden])
    var dCell = cells.map { _ in Tensor(uninitialized: [batch, hidden]) }
    inStepOrder(lastHiddenGradient, into: dHidden.mutablePointer)
    if let pointer = dCell?.mutablePointer { inStepOrder(lastCellGradient, into: pointer) }
    var timeMajor = Tensor(uninitialized: [steps, batch, hidden])
    order.gather(gradient.pointer, into: timeMajor.mutablePointer, width: hidden)
    kernel.backward(
      buffers(), outputGradient: timeMajor.pointer,
      state: RecurrentKernel.StateGradients(
        hidden: dHidden.mutablePointer, cell: dCell?.mutablePointer))
    addWeightGradients(accumulator)
    addInputGradient(accumulator)
    if let initial {
      accumulator.add(inRowOrder(dHidden.pointer), to: initial.hidden)
      if let dCell, let cell = initial.cell {
        accumulator.add(inRowOrder(dCell.pointer), to: cell)
      }
    }
  }

  /// dW = Σ over all steps at once: dgatesᵀ x and dgatesᵀ h before the step.
  private func addWeightGradients(_ accumulator: GradientAccumulator) {
    let (rows, stride, layout) = (steps * batch, kernel.gateStride, kernel.layout)
    for (weight, bias, blocks, operand, columns) in [
      (weights.input, weights.inputBias, layout.inputBlocks, inputs.pointer, width),
      (weights.recurrent, weights.recurrentBias, layout.stateBlocks, states.pointer, hidden),
    ] {
      accumulator.accumulate(into: weight) { pointer, isPresent in
        for block in blocks {
          let source =
            block.operandColumn.map {
              MatrixOperand(gates.pointer + $0 * hidden, stride: stride)
            } ?? MatrixOperand(operand, stride: columns)
          MatrixProduct.parallel(
            rows: block.count * hidden, columns: columns, inner: rows,
            MatrixOperand(gates.pointer + block.column * hidden, stride: stride).transposed,
            source, beta: isPresent ? 1 : 0, into: pointer + block.gate * hidden * columns,
            stride: columns)
        }
      }
      accumulator.accumulate(into: bias) { pointer, isPresent in
        for block in blocks {
          Reductions.columnSums(
            gates.pointer + block.column * hidden, stride: stride, rows: rows,
            columns: block.count * hidden, into: pointer + block.gate * hidden,
            accumulate: isPresent)
        }
      }
    }
  }

  private func addInputGradient(_ accumulator: GradientAccumulator) {
    guard accumulator.wants(input) else { return }
    var timeMajor = Tensor(uninitialized: [steps, batch, width])
    for (index, block) in kernel.layout.inputBlocks.enumerated() {
      MatrixProduct.parallel(
        rows: steps * batch, columns: width, inner: block.count * hidden,
        MatrixOperand(gates.pointer + block.column * hidden, stride: kernel.gateStride),
        MatrixOperand(
          weights.input.value.pointer + block.gate * hidden * width, stride: width),
        beta: index > 0 ? 1 : 0, into: timeMajor.mutablePointer, stride: width)
    }
    var gradient = Tensor(uninitialized: input.shape)
    order.scatter(timeMajor.pointer, into: gradient.mutablePointer, width: width)
    accumulator.add(gradient, to: input)
  }

  /// Rows of [B, H] in the order the recurrence works through them; nil: zeros.
  private func inStepOrder(_ source: Tensor?, into target: UnsafeMutablePointer<Float>) {
    for (position, row) in order.order.enumerated() {
      let start = target + position * hidden
      if let source {
        start.update(from: source.pointer + row * hidden, count: hidden)
      } else {
        start.update(repeating: 0, count: hidden)
      }
    }
  }

  private func inRowOrder(_ source: UnsafePointer<Float>) -> Tensor {
    var result = Tensor(uninitialized: [batch, hidden])
    for (position, row) in order.order.enumerated() {
      (result.mutablePointer + row * hidden).update(
        from: source + position * hidden, count: hidden)
    }
    return result
  }
}
