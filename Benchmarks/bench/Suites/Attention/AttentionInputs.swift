import AttentionKit

/// Queries, keys, values and the gradient of the output, [B, n, H K], shared by all contenders of a size.
final class AttentionInputs {
  static let headCount = 8
  static let headDimension = 64

  let batch: Int
  let length: Int
  private let query: Tensor
  private let key: Tensor
  private let value: Tensor
  private let gradient: Tensor

  init(batch: Int = 1, length: Int, seed: UInt64) {
    self.batch = batch
    self.length = length
    var generator = SeededGenerator(seed: seed)
    func random() -> Tensor {
      .normal([batch, length, Self.headCount * Self.headDimension], using: &generator)
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

  /// What a profile counts of one computation: products as they were executed, and the bytes of inputs and outputs.
  func count(_ kind: AttentionKind, isBackward: Bool) -> (flops: Double, bytes: Double) {
    let profile = OperationProfile()
    let context = ForwardContext.differentiating(profile: profile)
    let inputs = [query, key, value].map(context.input)
    let output = kind.attend(
      inputs[0], inputs[1], inputs[2], headCount: Self.headCount, in: context)
    if isBackward { _ = context.backward(from: output, gradient: gradient) }
    let work = isBackward ? profile.root.total : profile.root.forward
    return (work.flops, work.bytes)
  }

  /// Compares the last sequence of a batch with the same sequence alone.
  func checkBatch(_ kind: AttentionKind) throws {
    func last(_ tensor: Tensor) -> Tensor {
      Variable(tensor).slice(axis: 0, batch - 1..<batch).value
    }
    let alone = kind.attend(
      Variable(last(query)), Variable(last(key)), Variable(last(value)),
      headCount: Self.headCount, in: .inference())
    try requireClose(
      [last(compute(kind, isBackward: false)[0])], [alone.value], tolerance: 1e-5)
  }

  /// Compares the outputs of some positions with the definition; with `isBackward`, the gradients that come back from
  /// those positions alone. For a single sequence.
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
