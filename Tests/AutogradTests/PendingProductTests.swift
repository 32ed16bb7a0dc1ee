import Autograd
import Kernels
import Tensors
import TestSupport
import Testing

/// Gradients of weights that are used again and again.
@Suite struct PendingProductTests {
  /// Few rows are put off, more than 128 are not, and more than 4096 are not waited for.
  @Test(arguments: [(1, 3), (5, 1), (3, 0), (37, 128), (3, 200)])
  func usesAddUp(uses: Int, rows: Int) throws {
    let (inner, columns) = (5, 3)
    var generator = SeededGenerator(seed: 1)
    let inputs: [Tensor] = [
      .normal([uses * rows, inner], using: &generator),
      .normal([columns, inner], using: &generator), .normal([columns], using: &generator),
    ]
    func results(_ makeOutput: ([Variable]) -> Variable) throws -> [Tensor] {
      let context = ForwardContext.differentiating()
      let variables = inputs.map(context.input)
      let y = makeOutput(variables)
      var generator = SeededGenerator(seed: 2)
      let gradients = context.backward(from: y, gradient: .normal(y.shape, using: &generator))
      return [y.value] + (try variables.map { try #require(gradients[$0]) })
    }
    let found = try results { variables in
      concatenate(
        (0..<uses).map {
          linear(
            variables[0].slice(axis: 0, $0 * rows..<($0 + 1) * rows), weight: variables[1],
            bias: variables[2], activation: .tanh)
        }, axis: 0)
    }
    let expected = try results {
      linear($0[0], weight: $0[1], bias: $0[2], activation: .tanh)
    }
    for (index, (found, expected)) in zip(found, expected).enumerated() {
      expectClose(found, expected, "result \(index)")
    }
  }

  /// The same matrix in products that are put off and in operations that are not, and made by an operation itself.
  @Test func otherUsesCountToo() {
    var generator = SeededGenerator(seed: 3)
    checkGradients(
      of: [
        .normal([3, 5], using: &generator), .normal([7, 5], using: &generator),
        .normal([131, 5], using: &generator),
      ], elementLimit: 30
    ) { arguments, _ in
      let weight = arguments[1] * 0.5
      let rows = embed([3, 0, 3], shape: [3], table: weight)
      let few = linear(arguments[0] + rows, weight: weight)
      let many = linear(arguments[2], weight: weight)
      let again = linear(rows, weight: weight)
      return concatenate([few, many, again], axis: 0)
    }
  }
}
