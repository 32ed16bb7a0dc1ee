public import Kernels
internal import Tensors

/// A recurrent layer as the composition of small operations, one step after the other: what
/// ``recurrence(_:_:weights:initial:lengths:isReversed:)`` is tested against, and its explanation.
///
/// The arguments and the result are those of that function. Padding of the input must be finite numbers.
public func plainRecurrence(
  _ cell: RecurrentCell, _ input: Variable, weights: RecurrentWeights,
  initial: RecurrentLayerState? = nil, lengths: [Int], isReversed: Bool = false
) -> RecurrenceResult {
  checkRecurrence(cell, input.shape, weights, initial: initial, lengths: lengths)
  let (batch, steps, hidden) = (input.shape[0], input.shape[1], weights.recurrent.shape[1])
  let zeros = Variable(.zeros([batch, hidden]))
  var state =
    initial ?? RecurrentLayerState(hidden: zeros, cell: cell.hasCellState ? zeros : nil)
  var outputs = [Variable](
    repeating: Variable(.zeros([batch, 1, hidden])), count: steps)
  for step in isReversed ? Array((0..<steps).reversed()) : Array(0..<steps) {
    let x = input.slice(axis: 1, step..<step + 1).reshaped([batch, input.shape[2]])
    let next = plainStep(cell, x, state, weights)
    // 1 for sequences that have this step. Read backwards, padding comes first and leaves the initial state.
    let running = lengths.flatMap { [Float](repeating: $0 > step ? 1 : 0, count: hidden) }
    let mask = Variable(Tensor(running, shape: [batch, hidden]))
    func chosen(_ new: Variable, _ old: Variable) -> Variable { old + (new - old) * mask }
    outputs[step] = (next.hidden * mask).reshaped([batch, 1, hidden])
    state = RecurrentLayerState(
      hidden: chosen(next.hidden, state.hidden),
      cell: next.cell.flatMap { new in state.cell.map { chosen(new, $0) } })
  }
  return RecurrenceResult(
    output: steps == 0
      ? Variable(.zeros([batch, 0, hidden])) : concatenate(outputs, axis: 1),
    state: state)
}

/// One step: x [B, in] and the state before it to the state after it.
private func plainStep(
  _ cell: RecurrentCell, _ x: Variable, _ state: RecurrentLayerState, _ weights: RecurrentWeights
) -> RecurrentLayerState {
  let size = weights.recurrent.shape[1]
  let h = state.hidden
  func fromInput(_ gate: Int) -> Variable {
    let rows = gate * size..<(gate + 1) * size
    return linear(
      x, weight: weights.input.slice(axis: 0, rows), bias: weights.inputBias.slice(axis: 0, rows))
  }
  func fromState(_ gate: Int, _ h: Variable) -> Variable {
    let rows = gate * size..<(gate + 1) * size
    return linear(
      h, weight: weights.recurrent.slice(axis: 0, rows),
      bias: weights.recurrentBias.slice(axis: 0, rows))
  }
  func sigmoid(_ gate: Int) -> Variable { activate(fromInput(gate) + fromState(gate, h), .sigmoid) }
  switch cell {
  case .rnn:
    return RecurrentLayerState(hidden: activate(fromInput(0) + fromState(0, h), .tanh))
  case .gru, .gruResetBefore:
    let (reset, update) = (sigmoid(0), sigmoid(1))
    let fromReset = cell == .gru ? reset * fromState(2, h) : fromState(2, reset * h)
    let candidate = activate(fromInput(2) + fromReset, .tanh)
    return RecurrentLayerState(hidden: candidate + update * (h - candidate))
  case .lstm:
    guard let before = state.cell else { fatalError("plainRecurrence: an LSTM without c") }
    let candidate = activate(fromInput(2) + fromState(2, h), .tanh)
    let after = sigmoid(1) * before + sigmoid(0) * candidate
    return RecurrentLayerState(hidden: sigmoid(3) * activate(after, .tanh), cell: after)
  }
}
