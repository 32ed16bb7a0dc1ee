import Autograd
import Tensors
import TestSupport
import Testing

/// One vector from a sequence, and a sequence from one vector.
@Suite struct TimePoolingTests {
  private let lengths = [3, 0, 5, 1]

  /// [4, 5, 7], all elements further apart than the steps of numeric derivatives.
  private func input() -> Tensor {
    var order = Array(0..<140)
    var generator = SeededGenerator(seed: 3)
    generator.shuffle(&order)
    return Tensor(order.map { Float($0) * 0.25 - 20 }, shape: [4, 5, 7])
  }

  private func column(_ x: Tensor, _ row: Int, _ column: Int) -> [Float] {
    (0..<lengths[row]).map { x[row, $0, column] }
  }

  @Test func meanAndMaximumAreOfTheRealSteps() {
    var x = input()
    let (mean, maximum) = (
      Variable(x).meanOverTime(lengths: lengths).value,
      Variable(x).maximumOverTime(lengths: lengths).value
    )
    for row in 0..<4 {
      for index in 0..<7 {
        let values = column(x, row, index)
        let expected = values.isEmpty ? 0 : values.reduce(0, +) / Float(values.count)
        #expect(abs(mean[row, index] - expected) < 1e-5)
        #expect(maximum[row, index] == values.max() ?? 0)
      }
    }
    for (row, length) in lengths.enumerated() {
      for step in length..<5 { x[row, step, 2] = .nan }
    }
    expectSameBits(Variable(x).meanOverTime(lengths: lengths).value, mean)
    expectSameBits(Variable(x).maximumOverTime(lengths: lengths).value, maximum)
  }

  @Test func gradientsAreTheDerivatives() {
    checkGradients(of: [input()]) { x, _ in x[0].meanOverTime(lengths: lengths) }
    checkGradients(of: [input()]) { x, _ in x[0].maximumOverTime(lengths: lengths) }
    let rows = Variable(input()).slice(axis: 1, 0..<1).reshaped([4, 7]).value
    checkGradients(of: [rows]) { x, _ in x[0].repeatedOverTime(3) }
  }

  @Test func aVectorIsThereAtEveryStep() {
    let rows = Variable(input()).slice(axis: 1, 0..<1).reshaped([4, 7])
    let repeated = rows.repeatedOverTime(3)
    #expect(repeated.shape == [4, 3, 7])
    for step in 0..<3 {
      expectSameBits(
        repeated.slice(axis: 1, step..<step + 1).reshaped([4, 7]).value, rows.value)
    }
    #expect(rows.repeatedOverTime(0).shape == [4, 0, 7])
  }

  @Test func smallSizes() {
    #expect(Variable(.zeros([0, 5, 7])).meanOverTime(lengths: []).shape == [0, 7])
    #expect(Variable(.zeros([1, 0, 7])).maximumOverTime(lengths: [0]).value == .zeros([1, 7]))
    #expect(Variable(.zeros([1, 1, 0])).meanOverTime(lengths: [1]).shape == [1, 0])
  }

  @Test func lengthsBeyondTheInputStop() async {
    let outcome = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Variable(.zeros([2, 3, 1])).meanOverTime(lengths: [3, 4])
    }
    expectMessage(outcome, naming: ["meanOverTime", "0 to 3", "[3, 4]"])
  }
}
