import AttentionKit
import TestSupport
import Testing

/// How a recurrence is carried out changes nothing: in blocks of sequences, over rows that are read again, one step
/// after the other, by any number of threads.
@Suite(.serialized) struct RecurrenceExecutionTests {
  private typealias Problem = RecurrenceProblem

  private func expectClose(
    _ found: [Tensor], _ expected: [Tensor], relative: Double = 1e-5
  ) {
    for (index, (found, expected)) in zip(found, expected).enumerated() {
      TestSupport.expectClose(found, expected, relative: relative, "result \(index)")
    }
  }

  /// So many sequences that they are cut into blocks, among which lengths are dealt out.
  @Test(arguments: RecurrentCell.allCases, [false, true])
  func blocksOfSequencesAreThoseOfSmallOperations(cell: RecurrentCell, isReversed: Bool) throws {
    let problem = Problem(cell, batch: 71, steps: 4, width: 3, hidden: 5)
    let lengths = (0..<71).map { $0 * $0 % 5 }
    expectClose(
      try problem.gradients(
        problem.all, lengths: lengths, isReversed: isReversed, by: Problem.fused),
      try problem.gradients(
        problem.all, lengths: lengths, isReversed: isReversed, by: Problem.plain))
  }

  /// Rows that several steps read, against the same rows one by one. The gates are wider than what a thread adds up.
  @Test(arguments: RecurrentCell.allCases, [false, true])
  func rowsMayBeReadAgain(cell: RecurrentCell, isReversed: Bool) throws {
    let problem = Problem(cell, hidden: cell.gateCount == 1 ? 269 : 89)
    let rows = Problem(cell, batch: 1, steps: 4, seed: 3).input.reshaped([4, 7])
    let numbers: [Int32] = [2, 0, 2, 1, 0, 0, 1, 3, 2, 2, 2, 2, 1, 0, 3]
    func results(_ makesSequence: Bool) throws -> [Tensor] {
      try Problem.gradients(of: [rows] + problem.all.dropFirst()) { variables in
        let read = RecurrentInput(rows: variables[0], numbers: numbers, batch: 3, steps: 5)
        return recurrence(
          cell, makesSequence ? RecurrentInput(read.sequence) : read,
          weights: Problem.weights(variables), initial: Problem.state(variables),
          lengths: [5, 2, 3], isReversed: isReversed)
      }
    }
    // Five steps of a wide recurrence without gates make much of the order of a sum.
    expectClose(
      try results(false), try results(true), relative: cell.gateCount == 1 ? 1e-4 : 1e-5)
  }

  /// A decoder's way: a call for each step, with weights that are laid out once and gradients of weights that are put
  /// off until the end.
  private func stepByStep(
    _ cell: RecurrentCell, _ variables: [Variable], lengths: [Int], steps: Int
  ) -> RecurrenceResult {
    let weights = Problem.weights(variables).repeated(cell, batch: lengths.count)
    var state = Problem.state(variables)
    var outputs: [Variable] = []
    for step in 0..<steps {
      let result = recurrence(
        cell, variables[0].slice(axis: 1, step..<step + 1), weights: weights, initial: state,
        lengths: lengths.map { $0 > step ? 1 : 0 })
      outputs.append(result.output)
      state = result.state
    }
    return RecurrenceResult(output: concatenate(outputs, axis: 1), state: state!)
  }

  /// 71 rows are more than are worth a layout of weights, 131 more than are worth being put off.
  @Test(arguments: RecurrentCell.allCases, [3, 71, 131])
  func stepsAreTheSequence(cell: RecurrentCell, batch: Int) throws {
    let problem = Problem(cell, batch: batch)
    let lengths = (0..<batch).map { $0 * $0 % 6 }
    expectClose(
      try Problem.gradients(of: problem.all) {
        stepByStep(cell, $0, lengths: lengths, steps: 5)
      },
      try problem.gradients(
        problem.all, lengths: lengths, isReversed: false, by: Problem.fused))
  }

  /// Large enough for products and gates to be split, for sequences to be cut into blocks (from 16 on), and for
  /// rows that are read again to be added up in parts.
  @Test(arguments: RecurrentCell.allCases, [13, 67])
  func threadsChangeNoBit(cell: RecurrentCell, batch: Int) throws {
    let problem = Problem(cell, batch: batch, steps: 3, width: 67, hidden: 131)
    let lengths = (0..<batch).map { 1 + $0 % 3 }
    let ways: [([Variable]) -> RecurrenceResult] = [
      { Problem.run(cell, $0, lengths: lengths, by: Problem.fused) },
      { self.stepByStep(cell, $0, lengths: lengths, steps: 3) },
      { variables in
        let input = RecurrentInput(
          rows: variables[0].reshaped([batch * 3, 67]),
          numbers: (0..<3 * batch).map { Int32($0 * $0 % 29) }, batch: batch, steps: 3)
        return recurrence(
          cell, input, weights: Problem.weights(variables), initial: Problem.state(variables),
          lengths: lengths)
      },
    ]
    let count = ThreadPool.threadCount
    defer { ThreadPool.threadCount = count }
    for (number, way) in ways.enumerated() {
      ThreadPool.threadCount = 1
      let single = try Problem.gradients(of: problem.all, way)
      for threads in [2, 3] {
        ThreadPool.threadCount = threads
        let results = try Problem.gradients(of: problem.all, way)
        for (index, (found, expected)) in zip(results, single).enumerated() {
          expectSameBits(found, expected, "result \(index) of \(number), \(threads) threads")
        }
      }
    }
  }
}
