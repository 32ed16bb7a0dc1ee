import CoreLayers
import Tensors
import TestSupport
import Testing

@Suite struct InitializationTests {
  @Test(arguments: [Shape([7, 7]), [13, 5], [5, 13], [1, 3], [3, 1]])
  func orthogonalIsOrthonormal(_ shape: Shape) {
    var generator = SeededGenerator(seed: 21)
    let q = Initialization.orthogonal(gain: 2).tensor(shape, using: &generator)
    let (rows, columns) = (shape[0], shape[1])
    let matrix = q.scalars.map { Double($0) / 2 }
    let transposed = Oracle.transpose(matrix, rows: rows, columns: columns)
    let short = min(rows, columns)
    let product =
      rows < columns
      ? Oracle.matmul(matrix, transposed, rows: rows, inner: columns, columns: rows)
      : Oracle.matmul(transposed, matrix, rows: columns, inner: rows, columns: columns)
    for (index, value) in product.enumerated() {
      #expect(abs(value - (index / short == index % short ? 1 : 0)) < 1e-6)
    }
  }

  @Test func orthogonalHasBothSigns() {
    // Uniform over orthogonal matrices: the sign of an element is a fair coin.
    var positive = 0
    for seed in 0..<64 {
      var generator = SeededGenerator(seed: UInt64(seed))
      if Initialization.orthogonal().tensor([3, 3], using: &generator)[0, 0] > 0 { positive += 1 }
    }
    #expect((16...48).contains(positive))
  }

  @Test func normalHasItsDeviation() {
    var generator = SeededGenerator(seed: 22)
    let values = Initialization.normal(standardDeviation: 0.3).tensor([101, 53], using: &generator)
      .scalars.map(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    #expect(abs(mean) < 0.02)
    #expect(abs(variance.squareRoot() - 0.3) < 0.01)
  }

  @Test(arguments: [
    Initialization.zeros, .ones, .xavierUniform(), .normal(standardDeviation: 1),
    .uniform(bound: 2), .orthogonal(),
  ])
  func sameSeedSameBits(_ initialization: Initialization) {
    var first = SeededGenerator(seed: 23)
    var second = SeededGenerator(seed: 23)
    expectSameBits(
      initialization.tensor([5, 3], using: &first), initialization.tensor([5, 3], using: &second))
    #expect(initialization.tensor([0, 3], using: &first).count == 0)
  }
}
