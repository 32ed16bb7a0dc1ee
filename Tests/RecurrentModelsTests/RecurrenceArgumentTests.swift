import AttentionKit
import TestSupport
import Testing

/// What would be read beyond its end stops, and says what was found.
@Suite struct RecurrenceArgumentTests {
  @Test func weightsOfAnotherWidth() async {
    let outcome = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      runOnZeros(width: 7)
    }
    expectMessage(outcome, naming: ["recurrence (lstm)", "[2, 3, 5]", "[12, 7]"])
  }

  @Test func lengthsBeyondTheInput() async {
    let outcome = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      runOnZeros(lengths: [3, 4])
    }
    expectMessage(outcome, naming: ["recurrence (lstm)", "2 lengths from 0 to 3", "[3, 4]"])
  }

  @Test func shortBiases() async {
    let outcome = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      runOnZeros(bias: 3)
    }
    expectMessage(outcome, naming: ["recurrence (lstm)", "[4 H]", "[3] and [3]"])
  }

  @Test func statesOfAnotherBatch() async {
    let outcome = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      runOnZeros(states: 1)
    }
    expectMessage(outcome, naming: ["recurrence (lstm)", "B = 2 and H = 3", "[1, 3]"])
  }

  @Test func aStateWithoutC() async {
    let outcome = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      runOnZeros(hasCell: false)
    }
    expectMessage(outcome, naming: ["recurrence (lstm)", "with c", "without"])
  }
}

/// An LSTM with B 2, T 3, in 5, H 3 and one argument of another size.
private func runOnZeros(
  lengths: [Int] = [3, 3], width: Int = 5, bias: Int = 12, states: Int = 2, hasCell: Bool = true
) {
  let state = Variable(.zeros([states, 3]))
  _ = recurrence(
    .lstm, Variable(.zeros([2, 3, 5])),
    weights: RecurrentWeights(
      input: Variable(.zeros([12, width])), recurrent: Variable(.zeros([12, 3])),
      inputBias: Variable(.zeros([bias])), recurrentBias: Variable(.zeros([bias]))),
    initial: RecurrentLayerState(hidden: state, cell: hasCell ? state : nil), lengths: lengths,
    isReversed: true)
}
