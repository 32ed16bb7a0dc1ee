import AttentionKit
import TestSupport
import Testing

/// What a recurrent layer over sequences of different lengths should keep, whatever its cell and its numbers.
@Suite(.serialized) struct RecurrenceLawTests {
  private let batch = 3
  private let steps = 5
  private let width = 7
  private let hidden = 11
  private let lengths = [5, 2, 3]

  private typealias Problem = RecurrenceProblem
  private let fused = RecurrenceProblem.fused
  private let plain = RecurrenceProblem.plain

  private func run(
    _ cell: RecurrentCell, _ arguments: [Variable], lengths: [Int], isReversed: Bool = false,
    by operation: RecurrenceProblem.Operation? = nil
  ) -> RecurrenceResult {
    Problem.run(cell, arguments, lengths: lengths, isReversed: isReversed, by: operation ?? fused)
  }

  private func joined(_ result: RecurrenceResult) -> Variable { Problem.joined(result) }

  private func gradients(
    _ problem: Problem, _ inputs: [Tensor], isReversed: Bool,
    by operation: RecurrenceProblem.Operation? = nil, lengths: [Int]? = nil
  ) throws -> [Tensor] {
    try problem.gradients(
      inputs, lengths: lengths ?? self.lengths, isReversed: isReversed, by: operation ?? fused)
  }

  /// The composition of small operations, whose gradients are those of the operations.
  /// With few steps products go to the BLAS, with many to a matrix that is laid out once.
  @Test(arguments: RecurrentCell.allCases, [2, 5])
  func valuesAndGradientsAreThoseOfSmallOperations(cell: RecurrentCell, steps: Int) throws {
    let problem = Problem(cell, steps: steps)
    let (lengths, isReversed) = ([steps, 1, 2], steps == 5)
    let results = try gradients(
      problem, problem.all, isReversed: isReversed, lengths: lengths)
    let expected = try gradients(
      problem, problem.all, isReversed: isReversed, by: plain, lengths: lengths)
    for (index, (found, expected)) in zip(results, expected).enumerated() {
      expectClose(found, expected, "result \(index)")
    }
  }

  @Test(arguments: RecurrentCell.allCases)
  func gradientsAreTheDerivatives(cell: RecurrentCell) {
    checkGradients(of: Problem(cell).all, elementLimit: 20) { arguments, _ in
      joined(run(cell, arguments, lengths: lengths))
    }
  }

  /// Each of the results alone leads back to the input.
  @Test(arguments: RecurrentCell.allCases)
  func lastStatesAloneHaveGradients(cell: RecurrentCell) throws {
    let problem = Problem(cell)
    func inputGradient(
      _ operation: @escaping RecurrenceProblem.Operation, _ part: (RecurrenceResult) -> Variable?
    ) throws -> Tensor? {
      let context = ForwardContext.differentiating()
      let variables = problem.all.map(context.input)
      let result = run(cell, variables, lengths: lengths, by: operation)
      guard let part = part(result) else { return nil }
      return context.backward(from: part.sum())[variables[0]]
    }
    let parts: [(RecurrenceResult) -> Variable?] = [
      { $0.state.hidden }, { $0.state.cell }, { $0.output },
    ]
    for part in parts {
      if let found = try inputGradient(fused, part) {
        expectClose(found, try #require(try inputGradient(plain, part)))
      } else {
        #expect(!cell.hasCellState)
      }
    }
  }

  /// The recurrence written down step by step in double precision.
  @Test(arguments: RecurrentCell.allCases, [false, true])
  func valuesAreTheOracles(cell: RecurrentCell, isReversed: Bool) {
    let problem = Problem(cell)
    let result = run(
      cell, problem.all.map { Variable($0) }, lengths: lengths, isReversed: isReversed)
    let oracle = RecurrenceOracle(
      cell, weights: problem.weights.map { $0.scalars.map(Double.init) }, width: width,
      hidden: hidden)
    var output = [Double](repeating: 0, count: batch * steps * hidden)
    var (last, lastCell) = ([Double](), [Double]())
    for row in 0..<batch {
      let states = problem.initial.map {
        $0.scalars[row * hidden..<(row + 1) * hidden].map(Double.init)
      }
      var (h, c) = (states[0], states.last ?? [])
      for step in 0..<lengths[row] {
        let time = isReversed ? lengths[row] - 1 - step : step
        let start = (row * steps + time) * width
        oracle.step(problem.input.scalars[start..<start + width].map(Double.init), &h, &c)
        output.replaceSubrange(
          (row * steps + time) * hidden..<(row * steps + time + 1) * hidden, with: h)
      }
      last += h
      lastCell += c
    }
    expectClose(result.output.value, output, "output")
    expectClose(result.state.hidden.value, last, "last h")
    if let found = result.state.cell { expectClose(found.value, lastCell, "last c") }
    #expect((result.state.cell != nil) == cell.hasCellState)
  }

  @Test(arguments: RecurrentCell.allCases, [false, true])
  func paddingReachesNothing(cell: RecurrentCell, isReversed: Bool) throws {
    let problem = Problem(cell)
    var poisoned = problem.input
    for (row, length) in lengths.enumerated() {
      for index in length * width..<steps * width {
        poisoned.mutablePointer[row * steps * width + index] = .nan
      }
    }
    let found = try gradients(
      problem, [poisoned] + problem.weights + problem.initial, isReversed: isReversed)
    let expected = try gradients(problem, problem.all, isReversed: isReversed)
    for (index, (found, expected)) in zip(found, expected).enumerated() {
      expectSameBits(found, expected, "result \(index)")
    }
    let output = run(
      cell, problem.all.map { Variable($0) }, lengths: lengths, isReversed: isReversed
    ).output.value
    for (row, length) in lengths.enumerated() {
      for step in length..<steps {
        #expect((0..<hidden).allSatisfy { output[row, step, $0] == 0 })
        #expect((0..<width).allSatisfy { found[1][row, step, $0] == 0 })
      }
    }
  }

  /// A sequence's results do not depend on what it is padded with or batched with.
  @Test(arguments: RecurrentCell.allCases, [false, true])
  func aSequenceAloneGivesTheSame(cell: RecurrentCell, isReversed: Bool) {
    let problem = Problem(cell)
    let weights = problem.weights.map { Variable($0) }
    let together = run(
      cell, [Variable(problem.input)] + weights, lengths: lengths, isReversed: isReversed)
    for (row, length) in lengths.enumerated() {
      let input = Variable(problem.input).slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<length)
      let alone = run(cell, [input] + weights, lengths: [length], isReversed: isReversed)
      expectClose(
        together.output.slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<length).value,
        alone.output.value, "output of \(row)")
      expectClose(
        together.state.hidden.slice(axis: 0, row..<row + 1).value, alone.state.hidden.value,
        "h of \(row)")
      if let cells = together.state.cell, let expected = alone.state.cell {
        expectClose(cells.slice(axis: 0, row..<row + 1).value, expected.value, "c of \(row)")
      }
    }
  }

  @Test(arguments: RecurrentCell.allCases)
  func noStateIsZeroState(cell: RecurrentCell) {
    let problem = Problem(cell)
    let arguments = ([problem.input] + problem.weights).map { Variable($0) }
    let zeros = problem.initial.map { Variable(.zeros($0.shape)) }
    expectSameBits(
      joined(run(cell, arguments, lengths: lengths)).value,
      joined(run(cell, arguments + zeros, lengths: lengths)).value)
  }

  /// A sequence in two pieces, the second from the last states of the first.
  @Test(arguments: RecurrentCell.allCases)
  func aSequenceMayBeCut(cell: RecurrentCell) {
    let problem = Problem(cell)
    let weights = problem.weights.map { Variable($0) }
    let input = Variable(problem.input)
    let whole = run(cell, [input] + weights, lengths: [5, 5, 5])
    let first = run(cell, [input.slice(axis: 1, 0..<2)] + weights, lengths: [2, 2, 2])
    let second = run(
      cell,
      [input.slice(axis: 1, 2..<5)] + weights + [first.state.hidden]
        + [first.state.cell].compactMap { $0 }, lengths: [3, 3, 3])
    expectClose(concatenate([first.output, second.output], axis: 1).value, whole.output.value)
    expectClose(second.state.hidden.value, whole.state.hidden.value)
    if let cells = second.state.cell, let expected = whole.state.cell {
      expectClose(cells.value, expected.value)
    }
  }

  /// An empty batch, no steps, and no numbers in a step.
  @Test(arguments: RecurrentCell.allCases, [(0, 5, 7), (1, 1, 1), (2, 0, 7), (1, 5, 0)])
  func smallSizes(cell: RecurrentCell, size: (batch: Int, steps: Int, width: Int)) throws {
    let problem = Problem(cell, batch: size.batch, steps: size.steps, width: size.width)
    let context = ForwardContext.differentiating()
    let arguments = problem.all.map(context.input)
    let result = run(
      cell, arguments, lengths: [Int](repeating: size.steps, count: size.batch))
    #expect(result.output.shape == [size.batch, size.steps, hidden])
    #expect(result.state.hidden.shape == [size.batch, hidden])
    if size.steps == 0 { expectSameBits(result.state.hidden.value, problem.initial[0]) }
    let gradients = context.backward(from: joined(result).sum())
    for argument in arguments {
      #expect(try #require(gradients[argument]).scalars.allSatisfy { $0.isFinite })
    }
  }

  @Test(arguments: RecurrentCell.allCases)
  func aSequenceWithoutStepsKeepsItsState(cell: RecurrentCell) {
    let problem = Problem(cell)
    let result = run(cell, problem.all.map { Variable($0) }, lengths: [5, 0, 3])
    let last = [result.state.hidden] + [result.state.cell].compactMap { $0 }
    for (found, initial) in zip(last, problem.initial) {
      expectSameBits(
        found.slice(axis: 0, 1..<2).value, Variable(initial).slice(axis: 0, 1..<2).value)
    }
    #expect(result.output.slice(axis: 0, 1..<2).value.scalars.allSatisfy { $0 == 0 })
  }
}
