import AttentionKit

/// Queries, keys, values and the gradient of the output, [1, n, H K], shared by all contenders of a length.
final class AttentionInputs {
  static let headCount = 8
  static let headDimension = 64

  let length: Int
  private let query: Tensor
  private let key: Tensor
  private let value: Tensor
  private let gradient: Tensor

  init(length: Int, seed: UInt64) {
    self.length = length
    var generator = SeededGenerator(seed: seed)
    func random() -> Tensor {
      .normal([1, length, Self.headCount * Self.headDimension], using: &generator)
    }
    query = random()
    key = random()
    value = random()
    gradient = random()
  }

  /// The output, followed with `isBackward` by the gradients of queries, keys, values and the kind's parameters.
  func compute(_ kind: AttentionKind, isBackward: Bool) -> [Tensor] {
    attended(kind, upstream: isBackward ? gradient : nil)
  }

  /// Compares the outputs of some positions with the definition; with `isBackward`, the gradients that come back from
  /// those positions alone.
  func check(_ kind: AttentionKind, isBackward: Bool) throws {
    let rows = sampledPositions(of: length)
    func take(_ tensor: Tensor) -> Tensor { Variable(tensor).slices(axis: 1, rows).value }
    let width = gradient.shape.last
    var sparse = Tensor.zeros(gradient.shape)
    for row in rows {
      (sparse.mutablePointer + row * width).update(
        from: gradient.pointer + row * width, count: width)
    }
    var found = attended(kind, upstream: isBackward ? sparse : nil)
    found[0] = take(found[0])
    if isBackward { found[1] = take(found[1]) }
    let expected = results(
      kind, query: take(query), upstream: isBackward ? take(gradient) : nil
    ) { q, k, v, context in
      concatenate(
        rows.enumerated().map { index, row in
          kind.attendPlainly(
            q.slice(axis: 1, index..<index + 1), at: row, k, v, headCount: Self.headCount,
            in: context)
        }, axis: 1)
    }
    try requireClose(found, expected, tolerance: 2e-4)
  }

  /// All positions, as the library computes them.
  private func attended(_ kind: AttentionKind, upstream: Tensor?) -> [Tensor] {
    results(kind, query: query, upstream: upstream) { q, k, v, context in
      kind.attend(q, k, v, headCount: Self.headCount, in: context)
    }
  }

  private func results(
    _ kind: AttentionKind, query: Tensor, upstream: Tensor?,
    _ attend: (Variable, Variable, Variable, ForwardContext) -> Variable
  ) -> [Tensor] {
    let context = upstream == nil ? ForwardContext.inference() : .differentiating()
    let inputs = [query, key, value].map(context.input)
    let output = attend(inputs[0], inputs[1], inputs[2], context)
    guard let upstream else { return [output.value] }
    let gradients = context.backward(from: output, gradient: upstream)
    return [output.value] + inputs.compactMap { gradients[$0] }
      + kind.parameters.compactMap { gradients[$0] }
  }
}
