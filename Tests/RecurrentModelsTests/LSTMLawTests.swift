import AttentionKit
import Foundation
import TestSupport
import Testing

/// What an LSTM over sequences of different lengths should keep, whatever its numbers.
@Suite(.serialized) struct LSTMLawTests {
  private let batch = 3
  private let steps = 5
  private let width = 7
  private let hidden = 11
  private let lengths = [5, 2, 3]

  private struct Problem {
    let input: Tensor
    let initial: [Tensor]
    /// W_ih, W_hh, b_ih, b_hh.
    let weights: [Tensor]
  }

  private func problem(
    batch: Int = 3, steps: Int = 5, width: Int = 7, hidden: Int = 11, seed: UInt64 = 1
  ) -> Problem {
    var generator = SeededGenerator(seed: seed)
    func normal(_ shape: Shape) -> Tensor { .normal(shape, using: &generator) }
    func uniform(_ shape: Shape) -> Tensor {
      Tensor(normal(shape).scalars.map { $0 * 0.4 }, shape: shape)
    }
    return Problem(
      input: normal([batch, steps, width]),
      initial: [normal([batch, hidden]), normal([batch, hidden])],
      weights: [
        uniform([4 * hidden, width]), uniform([4 * hidden, hidden]), uniform([4 * hidden]),
        uniform([4 * hidden]),
      ])
  }

  private func run(
    _ arguments: [Variable], lengths: [Int], isReversed: Bool = false
  ) -> LSTMResult {
    lstm(
      arguments[0],
      weights: LSTMWeights(
        input: arguments[1], recurrent: arguments[2], inputBias: arguments[3],
        recurrentBias: arguments[4]),
      initial: arguments.count > 5 ? (arguments[5], arguments[6]) : nil, lengths: lengths,
      isReversed: isReversed)
  }

  private func joined(_ result: LSTMResult) -> Variable {
    concatenate(
      [result.output, result.hidden, result.cell].map { $0.reshaped([$0.value.count]) }, axis: 0)
  }

  @Test(arguments: [false, true])
  func gradientsAreTheDerivatives(isReversed: Bool) {
    let problem = problem()
    checkGradients(of: [problem.input] + problem.weights + problem.initial) { arguments, _ in
      joined(run(arguments, lengths: lengths, isReversed: isReversed))
    }
  }

  /// The recurrence written down step by step in double precision.
  @Test(arguments: [false, true])
  func valuesAreTheOracles(isReversed: Bool) {
    let problem = problem()
    let result = run(
      ([problem.input] + problem.weights + problem.initial).map { Variable($0) },
      lengths: lengths, isReversed: isReversed)
    let weights = problem.weights.map { $0.scalars.map(Double.init) }
    var output = [Double](repeating: 0, count: batch * steps * hidden)
    var last = [Double]()
    var lastCell = [Double]()
    for row in 0..<batch {
      let states = problem.initial.map {
        $0.scalars[row * hidden..<(row + 1) * hidden].map(Double.init)
      }
      var (h, c) = (states[0], states[1])
      for step in 0..<lengths[row] {
        let time = isReversed ? lengths[row] - 1 - step : step
        let start = (row * steps + time) * width
        let x = problem.input.scalars[start..<start + width].map(Double.init)
        let fromInput = Oracle.linear(
          x, weight: weights[0], bias: weights[2], rows: 1, inner: width, columns: 4 * hidden)
        let fromState = Oracle.linear(
          h, weight: weights[1], bias: weights[3], rows: 1, inner: hidden, columns: 4 * hidden)
        let gate = zip(fromInput, fromState).map(+)
        for unit in 0..<hidden {
          c[unit] =
            Oracle.sigmoid(gate[hidden + unit]) * c[unit]
            + Oracle.sigmoid(gate[unit]) * tanh(gate[2 * hidden + unit])
          h[unit] = Oracle.sigmoid(gate[3 * hidden + unit]) * tanh(c[unit])
          output[(row * steps + time) * hidden + unit] = h[unit]
        }
      }
      last += h
      lastCell += c
    }
    expectClose(result.output.value, output, "output")
    expectClose(result.hidden.value, last, "last h")
    expectClose(result.cell.value, lastCell, "last c")
  }

  @Test(arguments: [false, true])
  func paddingReachesNothing(isReversed: Bool) throws {
    let problem = problem()
    var poisoned = problem.input
    for (row, length) in lengths.enumerated() {
      for index in length * width..<steps * width {
        poisoned.mutablePointer[row * steps * width + index] = .nan
      }
    }
    func results(_ input: Tensor) throws -> [Tensor] {
      let context = ForwardContext.differentiating()
      let variables = ([input] + problem.weights + problem.initial).map(context.input)
      let result = run(variables, lengths: lengths, isReversed: isReversed)
      let all = joined(result)
      let gradients = context.backward(from: all, gradient: .ones(all.shape))
      return [all.value] + (try variables.map { try #require(gradients[$0]) })
    }
    for (index, (found, expected)) in try zip(results(poisoned), results(problem.input))
      .enumerated()
    {
      expectSameBits(found, expected, "result \(index)")
    }
    let context = ForwardContext.differentiating()
    let input = context.input(problem.input)
    let result = run(
      [input] + problem.weights.map { Variable($0) }, lengths: lengths, isReversed: isReversed)
    let gradients = context.backward(
      from: result.output, gradient: .ones(result.output.shape))
    let gradient = try #require(gradients[input])
    for (row, length) in lengths.enumerated() {
      for step in length..<steps {
        #expect((0..<hidden).allSatisfy { result.output.value[row, step, $0] == 0 })
        #expect((0..<width).allSatisfy { gradient[row, step, $0] == 0 })
      }
    }
  }

  /// A sequence's results do not depend on what it is padded with or batched with.
  @Test(arguments: [false, true])
  func aSequenceAloneGivesTheSame(isReversed: Bool) {
    let problem = problem()
    let weights = problem.weights.map { Variable($0) }
    let together = run(
      [Variable(problem.input)] + weights, lengths: lengths, isReversed: isReversed)
    for (row, length) in lengths.enumerated() {
      let input = Variable(problem.input).slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<length)
      let alone = run([input] + weights, lengths: [length], isReversed: isReversed)
      expectClose(
        together.output.slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<length).value,
        alone.output.value, "output of \(row)")
      expectClose(
        together.hidden.slice(axis: 0, row..<row + 1).value, alone.hidden.value, "h of \(row)")
      expectClose(
        together.cell.slice(axis: 0, row..<row + 1).value, alone.cell.value, "c of \(row)")
    }
  }

  @Test func noStateIsZeroState() {
    let problem = problem()
    let arguments = ([problem.input] + problem.weights).map { Variable($0) }
    let zeros = (0..<2).map { _ in Variable(.zeros([batch, hidden])) }
    expectSameBits(
      joined(run(arguments, lengths: lengths)).value,
      joined(run(arguments + zeros, lengths: lengths)).value)
  }

  /// A sequence in two pieces, the second from the last states of the first.
  @Test func aSequenceMayBeCut() {
    let problem = problem()
    let weights = problem.weights.map { Variable($0) }
    let input = Variable(problem.input)
    let whole = run([input] + weights, lengths: [5, 5, 5])
    let first = run([input.slice(axis: 1, 0..<2)] + weights, lengths: [2, 2, 2])
    let second = run(
      [input.slice(axis: 1, 2..<5)] + weights + [first.hidden, first.cell], lengths: [3, 3, 3])
    expectClose(concatenate([first.output, second.output], axis: 1).value, whole.output.value)
    expectClose(second.hidden.value, whole.hidden.value)
    expectClose(second.cell.value, whole.cell.value)
  }

  /// An empty batch, no steps, and a sequence of length 0 among others, which keeps its first state.
  @Test(arguments: [(0, 5), (1, 1), (2, 0), (1, 5)])
  func smallSizes(batch: Int, steps: Int) {
    let problem = problem(batch: batch, steps: steps)
    let arguments = ([problem.input] + problem.weights + problem.initial).map { Variable($0) }
    let result = run(arguments, lengths: [Int](repeating: steps, count: batch))
    #expect(result.output.shape == [batch, steps, hidden])
    #expect(result.hidden.shape == [batch, hidden])
    if steps == 0 { expectSameBits(result.cell.value, problem.initial[1]) }
  }

  @Test func aSequenceWithoutStepsKeepsItsState() {
    let problem = problem()
    let arguments = ([problem.input] + problem.weights + problem.initial).map { Variable($0) }
    let result = run(arguments, lengths: [5, 0, 3])
    expectSameBits(
      result.hidden.slice(axis: 0, 1..<2).value,
      Variable(problem.initial[0]).slice(axis: 0, 1..<2).value)
    #expect(result.output.slice(axis: 0, 1..<2).value.scalars.allSatisfy { $0 == 0 })
  }

  /// Large enough for products and gates to be split into blocks.
  @Test func threadsChangeNoBit() throws {
    let problem = problem(batch: 151, steps: 3, width: 67, hidden: 131)
    let lengths = (0..<151).map { 1 + $0 % 3 }
    func results() throws -> [Tensor] {
      let context = ForwardContext.differentiating()
      let variables = ([problem.input] + problem.weights + problem.initial).map(context.input)
      let all = joined(run(variables, lengths: lengths))
      var generator = SeededGenerator(seed: 5)
      let gradients = context.backward(
        from: all, gradient: .normal(all.shape, using: &generator))
      return [all.value] + (try variables.map { try #require(gradients[$0]) })
    }
    let count = ThreadPool.threadCount
    defer { ThreadPool.threadCount = count }
    ThreadPool.threadCount = 1
    let single = try results()
    for threads in [2, 3, 7] {
      ThreadPool.threadCount = threads
      for (index, (found, expected)) in try zip(results(), single).enumerated() {
        expectSameBits(found, expected, "result \(index) with \(threads) threads")
      }
    }
  }

  @Test func wrongShapesStop() async {
    let outcome = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = lstm(
        Variable(.zeros([2, 3, 5])),
        weights: LSTMWeights(
          input: Variable(.zeros([12, 7])), recurrent: Variable(.zeros([12, 3])),
          inputBias: Variable(.zeros([12])), recurrentBias: Variable(.zeros([12]))),
        lengths: [3, 3])
    }
    expectMessage(outcome, naming: ["lstm", "[2, 3, 5]", "[12, 7]"])
  }

  /// Lengths, biases and states that would be read beyond their ends.
  @Test func lengthsBeyondTheInputStop() async {
    let outcome = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      runOnZeros(lengths: [3, 4])
    }
    expectMessage(outcome, naming: ["lstm", "2 lengths from 0 to 3", "[3, 4]"])
  }

  @Test func shortBiasesStop() async {
    let outcome = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      runOnZeros(bias: 3)
    }
    expectMessage(outcome, naming: ["lstm", "[4H]", "[3] and [3]"])
  }

  @Test func statesOfAnotherBatchStop() async {
    let outcome = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      runOnZeros(states: 1)
    }
    expectMessage(outcome, naming: ["lstm", "B = 2 and H = 3", "[1, 3]"])
  }
}

/// An LSTM with B 2, T 3, in 5, H 3 and one argument of another size.
private func runOnZeros(lengths: [Int] = [3, 3], bias: Int = 12, states: Int = 2) {
  _ = lstm(
    Variable(.zeros([2, 3, 5])),
    weights: LSTMWeights(
      input: Variable(.zeros([12, 5])), recurrent: Variable(.zeros([12, 3])),
      inputBias: Variable(.zeros([bias])), recurrentBias: Variable(.zeros([bias]))),
    initial: (Variable(.zeros([states, 3])), Variable(.zeros([states, 3]))), lengths: lengths,
    isReversed: true)
}
