import AttentionKit
import TestSupport
import Testing

/// A recurrent layer's input, weights and first states, and what comes of them.
struct RecurrenceProblem {
  let cell: RecurrentCell
  let input: Tensor
  /// W_ih, W_hh, b_ih, b_hh.
  let weights: [Tensor]
  /// h and, for an LSTM, c.
  let initial: [Tensor]

  init(
    _ cell: RecurrentCell, batch: Int = 3, steps: Int = 5, width: Int = 7, hidden: Int = 11,
    seed: UInt64 = 1
  ) {
    var generator = SeededGenerator(seed: seed)
    func normal(_ shape: Shape, _ deviation: Float = 1) -> Tensor {
      .normal(shape, standardDeviation: deviation, using: &generator)
    }
    let rows = cell.gateCount * hidden
    self.cell = cell
    input = normal([batch, steps, width])
    weights = [
      normal([rows, width], 0.4), normal([rows, hidden], 0.4), normal([rows], 0.4),
      normal([rows], 0.4),
    ]
    initial = (0..<(cell.hasCellState ? 2 : 1)).map { _ in normal([batch, hidden]) }
  }

  var all: [Tensor] { [input] + weights + initial }

  typealias Operation =
    @Sendable (
      RecurrentCell, Variable, RecurrentWeights, RecurrentLayerState?, [Int], Bool
    ) -> RecurrenceResult

  static let fused: Operation = {
    recurrence($0, $1, weights: $2, initial: $3, lengths: $4, isReversed: $5)
  }
  static let plain: Operation = {
    plainRecurrence($0, $1, weights: $2, initial: $3, lengths: $4, isReversed: $5)
  }

  /// - Parameter arguments: in the order of ``all``; without initial states: none.
  static func run(
    _ cell: RecurrentCell, _ arguments: [Variable], lengths: [Int], isReversed: Bool = false,
    by operation: Operation
  ) -> RecurrenceResult {
    operation(
      cell, arguments[0], weights(arguments), state(arguments), lengths, isReversed)
  }

  static func weights(_ arguments: [Variable]) -> RecurrentWeights {
    RecurrentWeights(
      input: arguments[1], recurrent: arguments[2], inputBias: arguments[3],
      recurrentBias: arguments[4])
  }

  static func state(_ arguments: [Variable]) -> RecurrentLayerState? {
    guard arguments.count > 5 else { return nil }
    return RecurrentLayerState(
      hidden: arguments[5], cell: arguments.count > 6 ? arguments[6] : nil)
  }

  static func joined(_ result: RecurrenceResult) -> Variable {
    let parts = [result.output, result.state.hidden] + [result.state.cell].compactMap { $0 }
    return concatenate(parts.map { $0.reshaped([$0.value.count]) }, axis: 0)
  }

  /// All results joined, and the gradients of all arguments.
  static func gradients(
    of inputs: [Tensor], _ operation: ([Variable]) -> RecurrenceResult
  ) throws -> [Tensor] {
    let context = ForwardContext.differentiating()
    let variables = inputs.map(context.input)
    let all = joined(operation(variables))
    var generator = SeededGenerator(seed: 5)
    let gradients = context.backward(from: all, gradient: .normal(all.shape, using: &generator))
    return [all.value] + (try variables.map { try #require(gradients[$0]) })
  }

  func gradients(
    _ inputs: [Tensor], lengths: [Int], isReversed: Bool, by operation: @escaping Operation
  ) throws -> [Tensor] {
    try Self.gradients(of: inputs) {
      Self.run(cell, $0, lengths: lengths, isReversed: isReversed, by: operation)
    }
  }
}
