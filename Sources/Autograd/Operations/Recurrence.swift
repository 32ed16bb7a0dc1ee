public import Kernels
internal import Tensors

/// The parameters of one direction of a recurrent layer, as PyTorch lays them out: the gates one below the other
/// in the order that ``RecurrentCell`` says, G of them.
public struct RecurrentWeights {
  /// W_ih, [G H, in]
  public let input: Variable
  /// W_hh, [G H, H]
  public let recurrent: Variable
  /// b_ih, [G H]
  public let inputBias: Variable
  /// b_hh, [G H]
  public let recurrentBias: Variable
  /// The same weights as kernels like them, where many passes share them.
  private(set) var repeated: RepeatedWeights?

  /// Weights [G H, in] and [G H, H], biases [G H].
  public init(
    input: Variable, recurrent: Variable, inputBias: Variable, recurrentBias: Variable
  ) {
    self.input = input
    self.recurrent = recurrent
    self.inputBias = inputBias
    self.recurrentBias = recurrentBias
  }

  /// The same weights for a layer that is called again and again for one step, as in a decoder whose input depends on
  /// the step before: they are laid out for the kernels once and not in every call.
  ///
  /// - Parameter batch: B
  public func repeated(_ cell: RecurrentCell, batch: Int) -> RecurrentWeights {
    var weights = self
    weights.repeated = RepeatedWeights(
      cell, input: input.value.pointer, width: input.shape[1],
      recurrent: recurrent.value.pointer, hidden: recurrent.shape[1], batch: batch)
    return weights
  }
}

/// What one direction of a recurrent layer remembers of each sequence.
public struct RecurrentLayerState {
  /// h, [B, H]
  public let hidden: Variable
  /// c, [B, H], of cells that have it.
  public let cell: Variable?

  /// h, and c for an LSTM.
  public init(hidden: Variable, cell: Variable? = nil) {
    self.hidden = hidden
    self.cell = cell
  }
}

/// What one direction of a recurrent layer gives.
public struct RecurrenceResult {
  /// h after each step, [B, T, H]; 0 in padding.
  public let output: Variable
  /// After the last real step of each sequence; the initial state where there is none.
  public let state: RecurrentLayerState

  /// Outputs [B, T, H] and last states.
  public init(output: Variable, state: RecurrentLayerState) {
    self.output = output
    self.state = state
  }
}

/// A recurrent layer over whole sequences: the input's product for all steps at once, then a product with the
/// state and a gate kernel a step; backward likewise, the gradient of each weight in one product at the end.
///
/// ``plainRecurrence(_:_:weights:initial:lengths:isReversed:)`` is the same from small operations.
///
/// - Parameters:
///   - cell: what a step does.
///   - input: [B, T, in]
///   - initial: the state before the first step; nil: zeros.
///   - lengths: real steps of each sequence. Padding enters no state.
///   - isReversed: each sequence is read from its own last token to its first.
public func recurrence(
  _ cell: RecurrentCell, _ input: Variable, weights: RecurrentWeights,
  initial: RecurrentLayerState? = nil, lengths: [Int], isReversed: Bool = false
) -> RecurrenceResult {
  recurrence(
    cell, RecurrentInput(input), weights: weights, initial: initial, lengths: lengths,
    isReversed: isReversed)
}

/// ``recurrence(_:_:weights:initial:lengths:isReversed:)-(_,Variable,_,_,_,_)`` of an input whose rows may come
/// again and again.
public func recurrence(
  _ cell: RecurrentCell, _ input: RecurrentInput, weights: RecurrentWeights,
  initial: RecurrentLayerState? = nil, lengths: [Int], isReversed: Bool = false
) -> RecurrenceResult {
  checkRecurrence(cell, input.shape, weights, initial: initial, lengths: lengths)
  let run = RecurrenceRun(
    cell, input, weights, initial: initial, lengths: lengths, isReversed: isReversed)
  let inputs =
    [input.rows, weights.input, weights.recurrent, weights.inputBias, weights.recurrentBias]
    + [initial?.hidden, initial?.cell].compactMap { $0 }
  let output = Variable.result(run.output(), of: inputs, operation: "recurrence") {
    gradient, accumulator in
    run.backward(gradient, accumulator)
  }
  // The last states count as results of the outputs: walking back, they leave their gradients with the run and
  // make sure that it is walked back, even where the outputs themselves are not used.
  func last(_ value: Tensor, _ keep: @escaping (Tensor) -> Void) -> Variable {
    // The last states are a few rows of what the outputs are.
    .result(
      value, of: output, operation: "lastState",
      traffic: OperationTraffic(forward: 2 * value.byteCount, backward: 2 * value.byteCount)
    ) { gradient, accumulator in
      keep(gradient)
      accumulator.accumulate(into: output) { pointer, isPresent in
        if !isPresent { pointer.update(repeating: 0, count: output.value.count) }
      }
    }
  }
  return RecurrenceResult(
    output: output,
    state: RecurrentLayerState(
      hidden: last(run.lastHidden()) { run.lastHiddenGradient = $0 },
      cell: run.lastCell().map { value in last(value) { run.lastCellGradient = $0 } }))
}

/// What the kernels take on trust: they read and write memory by these numbers.
func checkRecurrence(
  _ cell: RecurrentCell, _ input: Shape, _ weights: RecurrentWeights,
  initial: RecurrentLayerState?, lengths: [Int]
) {
  let gates = cell.gateCount
  guard input.rank == 3, lengths.count == input[0],
    weights.input.shape.rank == 2, weights.input.shape[1] == input[2],
    weights.input.shape[0] % gates == 0,
    weights.recurrent.shape == [weights.input.shape[0], weights.input.shape[0] / gates]
  else {
    stopOnShapes(
      "recurrence (\(cell.rawValue))",
      "input [B, T, in] with \(lengths.count) lengths, weights [\(gates) H, in] and [\(gates) H, H]",
      input, weights.input.shape, weights.recurrent.shape)
  }
  let (batch, steps, hidden) = (input[0], input[1], weights.recurrent.shape[1])
  if weights.inputBias.shape != [gates * hidden] || weights.recurrentBias.shape != [gates * hidden]
  {
    stopOnShapes(
      "recurrence (\(cell.rawValue))", "two biases [\(gates) H] with H = \(hidden)",
      weights.inputBias.shape, weights.recurrentBias.shape)
  }
  if let initial {
    for state in [initial.hidden, initial.cell].compactMap({ $0 })
    where state.shape != [batch, hidden] {
      stopOnShapes(
        "recurrence (\(cell.rawValue))",
        "initial states [B, H] with B = \(batch) and H = \(hidden)", state.shape)
    }
    if (initial.cell != nil) != cell.hasCellState {
      fatalError(
        "recurrence (\(cell.rawValue)): expected an initial state \(cell.hasCellState ? "with" : "without") "
          + "c, found one \(initial.cell == nil ? "without" : "with") it")
    }
  }
  if lengths.contains(where: { $0 < 0 || $0 > steps }) {
    fatalError(
      "recurrence (\(cell.rawValue)): expected \(batch) lengths from 0 to \(steps), found \(lengths)"
    )
  }
}
