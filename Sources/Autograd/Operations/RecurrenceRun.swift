internal import Kernels
internal import Tensors

/// One forward pass of a recurrent layer and what its backward pass needs.
final class RecurrenceRun {
  private let input: RecurrentInput
  private let weights: RecurrentWeights
  private let initial: RecurrentLayerState?
  private let order: TimeMajorOrder
  private let kernel: RecurrentKernel
  private let (batch, steps, width, hidden): (Int, Int, Int, Int)
  /// What W_ih meets: [T B, in], or the rows that steps have numbers of, [N, in].
  private let inputs: Tensor
  /// [T, B, gates], [T + 1, B, H] and, for an LSTM, [T + 1, B, H].
  private var gates: Tensor
  private var states: Tensor
  private var cells: Tensor?

  /// [B, H]; what the backward pass starts from, set before it.
  var lastHiddenGradient: Tensor?
  var lastCellGradient: Tensor?

  init(
    _ cell: RecurrentCell, _ input: RecurrentInput, _ weights: RecurrentWeights,
    initial: RecurrentLayerState?, lengths: [Int], isReversed: Bool
  ) {
    self.input = input
    self.weights = weights
    self.initial = initial
    (batch, steps, width) = (input.shape[0], input.shape[1], input.shape[2])
    hidden = weights.recurrent.shape[1]
    order = TimeMajorOrder(
      lengths: lengths, steps: steps, isReversed: isReversed,
      blockCount: RecurrentBlock.count(batch: batch, steps: steps))
    kernel = RecurrentKernel(cell, steps: steps, hidden: hidden, blocks: order.blocks)
    if input.numbers == nil {
      var gathered = Tensor(uninitialized: [steps * batch, width])
      order.gather(input.rows.value.pointer, into: gathered.mutablePointer, width: width)
      inputs = gathered
    } else {
      inputs = input.rows.value
    }
    gates = Tensor(uninitialized: [steps, batch, kernel.gateStride])
    states = Tensor(uninitialized: [steps + 1, batch, hidden])
    cells = cell.hasCellState ? Tensor(uninitialized: [steps + 1, batch, hidden]) : nil
    if let numbers = input.numbers {
      var products = Tensor(uninitialized: [inputs.shape[0], kernel.gateStride])
      writeInputProduct(into: products.mutablePointer)
      order.gather(
        products.pointer, numbers: numbers, into: gates.mutablePointer, width: kernel.gateStride)
    } else {
      writeInputProduct(into: gates.mutablePointer)
    }
    inStepOrder(initial?.hidden.value, into: states.mutablePointer)
    if let pointer = cells?.mutablePointer { inStepOrder(initial?.cell?.value, into: pointer) }
    kernel.forward(buffers())
  }

  private func buffers() -> RecurrentKernel.Buffers {
    RecurrentKernel.Buffers(
      gates: gates.mutablePointer, weight: weights.recurrent.value.pointer,
      hidden: states.mutablePointer, cell: cells?.mutablePointer, repeated: weights.repeated)
  }

  private var precision: ProductPrecision {
    weights.input.productPrecision(with: weights.recurrent)
  }

  /// x W_ihᵀ and the biases, for all rows of the input.
  private func writeInputProduct(into target: UnsafeMutablePointer<Float>) {
    let (layout, stride, rows) = (kernel.layout, kernel.gateStride, inputs.shape[0])
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
    if let repeated = weights.repeated {
      for row in 0..<rows {
        (target + row * stride).update(from: bias.pointer, count: stride)
      }
      return repeated.addInputProduct(rows: rows, inputs.pointer, to: target)
    }
    for block in layout.inputBlocks {
      let start = target + block.column * hidden
      let blockBias = bias.pointer + block.column * hidden
      MatrixProduct.parallel(
        rows: rows, columns: block.count * hidden, inner: width,
        MatrixOperand(inputs.pointer, stride: width),
        MatrixOperand(
          weights.input.value.pointer + block.gate * hidden * width, stride: width,
          transposed: true),
        into: start, stride: stride, precision: precision,
        epilogue: {
          Elementwise.biasActivation(
            .identity, start, bias: blockBias, into: start, stride: stride, rows: $0, columns: $1)
        })
    }
    // What meets the state alone starts from its bias.
    for column in layout.columnsOfStateAlone {
      let source = bias.pointer + column * hidden
      for row in 0..<rows {
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
    addRecurrentGradient(accumulator)
    addInputGradients(accumulator)
    if let initial {
      accumulator.add(inRowOrder(dHidden.pointer), to: initial.hidden)
      if let dCell, let cell = initial.cell {
        accumulator.add(inRowOrder(dCell.pointer), to: cell)
      }
    }
  }

  /// dW_hh = Σ over all steps at once of dgatesᵀ h before the step.
  private func addRecurrentGradient(_ accumulator: GradientAccumulator) {
    addWeightGradient(
      accumulator, to: weights.recurrent, blocks: kernel.layout.stateBlocks, gates, states,
      rows: steps * batch)
  }

  /// dW += dgatesᵀ operand, for the blocks of a weight.
  private func addWeightGradient(
    _ accumulator: GradientAccumulator, to weight: Variable, blocks: [RecurrentLayout.Block],
    _ dGates: Tensor, _ operand: Tensor, rows: Int
  ) {
    let columns = weight.shape[1]
    func rowsOf(_ column: Int) -> PendingProducts.Rows {
      PendingProducts.Rows(tensor: dGates, offset: column * hidden, stride: kernel.gateStride)
    }
    let parts = blocks.map { block in
      PendingProducts.Part(
        left: rowsOf(block.column),
        right: block.operandColumn.map(rowsOf)
          ?? PendingProducts.Rows(tensor: operand, stride: columns), count: rows,
        target: block.gate * hidden..<(block.gate + block.count) * hidden)
    }
    accumulator.add(parts, to: weight)
  }

  /// dW_ih = dgatesᵀ x, dx = dgates W_ih and both biases, where steps have numbers from the sums over all steps that
  /// read the same row.
  private func addInputGradients(_ accumulator: GradientAccumulator) {
    guard let numbers = input.numbers else {
      return addInputGradients(accumulator, from: gates)
    }
    var sums = Tensor.zeros([inputs.shape[0], kernel.gateStride])
    order.addRows(
      gates.pointer, to: sums.mutablePointer, numbers: numbers, width: kernel.gateStride)
    addInputGradients(accumulator, from: sums)
  }

  /// - Parameter dGates: a row for each row of the input.
  private func addInputGradients(
    _ accumulator: GradientAccumulator, from dGates: Tensor
  ) {
    let (rows, stride, layout) = (inputs.shape[0], kernel.gateStride, kernel.layout)
    addWeightGradient(
      accumulator, to: weights.input, blocks: layout.inputBlocks, dGates, inputs, rows: rows)
    var sums = Tensor(uninitialized: [stride])
    Reductions.columnSums(
      dGates.pointer, rows: rows, columns: stride, into: sums.mutablePointer, accumulate: false)
    for (bias, blocks) in [
      (weights.inputBias, layout.inputBlocks), (weights.recurrentBias, layout.stateBlocks),
    ] {
      var gradient = Tensor(uninitialized: bias.shape)
      for block in blocks {
        (gradient.mutablePointer + block.gate * hidden).update(
          from: sums.pointer + block.column * hidden, count: block.count * hidden)
      }
      accumulator.add(gradient, to: bias)
    }
    guard accumulator.wants(input.rows) else { return }
    func write(_ pointer: UnsafeMutablePointer<Float>, accumulate: Bool) {
      if let repeated = weights.repeated {
        return repeated.inputGradient(
          rows: rows, dGates.pointer, accumulate: accumulate, into: pointer)
      }
      for (index, block) in layout.inputBlocks.enumerated() {
        MatrixProduct.parallel(
          rows: rows, columns: width, inner: block.count * hidden,
          MatrixOperand(dGates.pointer + block.column * hidden, stride: stride),
          MatrixOperand(
            weights.input.value.pointer + block.gate * hidden * width, stride: width),
          beta: accumulate || index > 0 ? 1 : 0, into: pointer, stride: width,
          precision: accumulator.precision)
      }
    }
    if input.numbers != nil {
      return accumulator.accumulate(into: input.rows) { write($0, accumulate: $1) }
    }
    var timeMajor = Tensor(uninitialized: [rows, width])
    write(timeMajor.mutablePointer, accumulate: false)
    var gradient = Tensor(uninitialized: input.shape)
    order.scatter(timeMajor.pointer, into: gradient.mutablePointer, width: width)
    accumulator.add(gradient, to: input.rows)
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
