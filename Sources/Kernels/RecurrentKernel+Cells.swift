internal import CKernels

// One step of each cell, forward and backward: a product with the state and a gate kernel.

extension RecurrentKernel {
  func forwardRNN(_ step: Step) {
    addProduct(step)
    let h = hidden
    forEachRange(of: step.rows) { row, count in
      VectorKernels.active.bias_activation(
        Activation.tanh.kernel, step.gates + row * h, h, nil, step.after + row * h, h, count, h)
    }
  }

  func backwardRNN(_ step: Step, _ gradient: UnsafePointer<Float>, _ state: StateGradients) {
    let h = hidden
    forEachRange(of: step.rows) { row, count in
      let offset = row * h
      VectorKernels.active.add(
        state.hidden + offset, gradient + offset, state.hidden + offset, count * h)
      VectorKernels.active.activation_backward(
        Activation.tanh.kernel, state.hidden + offset, step.after + offset, step.gates + offset,
        count * h)
    }
    addGradient(step, to: state.hidden, accumulate: false)
  }

  func forwardLSTM(_ step: Step) {
    guard let before = step.cellBefore, let after = step.cellAfter else { missingCell() }
    addProduct(step)
    let (h, stride) = (hidden, gateStride)
    forEachRange(of: step.rows) { row, count in
      VectorKernels.active.lstm_forward(
        step.gates + row * stride, stride, before + row * h, h, after + row * h, h,
        step.after + row * h, h, count, h)
    }
  }

  func backwardLSTM(_ step: Step, _ gradient: UnsafePointer<Float>, _ state: StateGradients) {
    guard let before = step.cellBefore, let after = step.cellAfter, let dCell = state.cell else {
      missingCell()
    }
    let (h, stride) = (hidden, gateStride)
    forEachRange(of: step.rows) { row, count in
      let (offset, gates) = (row * h, step.gates + row * stride)
      VectorKernels.active.add(
        state.hidden + offset, gradient + offset, state.hidden + offset, count * h)
      VectorKernels.active.lstm_backward(
        gates, stride, before + offset, h, after + offset, h, state.hidden + offset, h,
        dCell + offset, h, gates, stride, count, h)
    }
    addGradient(step, to: state.hidden, accumulate: false)
  }

  func forwardGRU(_ step: Step) {
    addProduct(step)
    let (h, stride) = (hidden, gateStride)
    forEachRange(of: step.rows) { row, count in
      VectorKernels.active.gru_forward(
        step.gates + row * stride, stride, step.before + row * h, h, step.after + row * h, h,
        count, h)
    }
  }

  func backwardGRU(_ step: Step, _ gradient: UnsafePointer<Float>, _ state: StateGradients) {
    let (h, stride) = (hidden, gateStride)
    forEachRange(of: step.rows) { row, count in
      let offset = row * h
      VectorKernels.active.add(
        state.hidden + offset, gradient + offset, state.hidden + offset, count * h)
      VectorKernels.active.gru_backward(
        step.gates + row * stride, stride, step.before + offset, h, state.hidden + offset, h,
        count, h)
    }
    addGradient(step, to: state.hidden, accumulate: true)
  }

  func forwardGRUResetBefore(_ step: Step) {
    let (h, stride) = (hidden, gateStride)
    addProduct(step)
    forEachRange(of: step.rows) { row, count in
      VectorKernels.active.gru_reset_forward(
        step.gates + row * stride, stride, step.before + row * h, h, count, h)
    }
    addProduct(step, block: 1)
    forEachRange(of: step.rows) { row, count in
      VectorKernels.active.gru_update_forward(
        step.gates + row * stride, stride, step.before + row * h, h, step.after + row * h, h,
        count, h)
    }
  }

  func backwardGRUResetBefore(
    _ step: Step, _ gradient: UnsafePointer<Float>, _ state: StateGradients
  ) {
    let (h, stride) = (hidden, gateStride)
    forEachRange(of: step.rows) { row, count in
      let offset = row * h
      VectorKernels.active.add(
        state.hidden + offset, gradient + offset, state.hidden + offset, count * h)
      VectorKernels.active.gru_update_backward(
        step.gates + row * stride, stride, step.before + offset, h, state.hidden + offset, h,
        count, h)
    }
    BufferPool.withScratch(step.rows * h) { dKept in
      addGradient(step, block: 1, to: dKept, accumulate: false)
      forEachRange(of: step.rows) { row, count in
        let offset = row * h
        VectorKernels.active.gru_reset_backward(
          step.gates + row * stride, stride, step.before + offset, h, dKept + offset, h,
          state.hidden + offset, h, count, h)
      }
    }
    addGradient(step, to: state.hidden, accumulate: true)
  }

  private func missingCell() -> Never {
    fatalError("RecurrentKernel: the cell \(cell.rawValue) needs memory for c")
  }
}
