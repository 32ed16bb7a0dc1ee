import AttentionKit

/// Sequences for a layer and the gradient of its output, [B, n, d].
final class LayerInputs {
  private let x: Tensor
  private let upstream: Tensor

  init(batch: Int, length: Int, modelDimension: Int, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    x = .normal([batch, length, modelDimension], using: &generator)
    upstream = .normal([batch, length, modelDimension], using: &generator)
  }

  /// The output, followed with `isBackward` by the gradients of the input and of the layer's parameters.
  func compute(_ layer: MeasuredLayer, isBackward: Bool) -> [Tensor] {
    results(layer, x, isBackward ? upstream : nil) { layer.run($0, $1) }
  }

  /// Compares some positions of two sequences with the definition; with `isBackward`, what comes back from them.
  func check(_ layer: MeasuredLayer, isBackward: Bool) throws {
    let positions = layer.checkedPositions(x.shape[1])
    func sequences(_ tensor: Tensor) -> Variable {
      Variable(tensor).slice(axis: 0, 0..<min(2, x.shape[0]))
    }
    func take(_ variable: Variable) -> Tensor { variable.slices(axis: 1, positions).value }
    var sparse = Tensor.zeros(upstream.shape)
    let (length, width) = (x.shape[1], x.shape[2])
    for sequence in 0..<min(2, x.shape[0]) {
      for position in positions {
        let offset = (sequence * length + position) * width
        (sparse.mutablePointer + offset).update(from: upstream.pointer + offset, count: width)
      }
    }
    var found = results(layer, x, isBackward ? sparse : nil) { layer.run($0, $1) }
    found[0] = take(sequences(found[0]))
    if isBackward { found[1] = sequences(found[1]).value }
    let expected = results(
      layer, sequences(x).value, isBackward ? take(sequences(upstream)) : nil
    ) { layer.reference($0, positions, $1) }
    try requireClose(found, expected, tolerance: 2e-4)
  }

  private func results(
    _ layer: MeasuredLayer, _ x: Tensor, _ upstream: Tensor?,
    _ run: (Variable, ForwardContext) -> Variable
  ) -> [Tensor] {
    let context = upstream == nil ? ForwardContext.inference() : .differentiating()
    let input = context.input(x)
    let output = run(input, context)
    guard let upstream else { return [output.value] }
    let gradients = context.backward(from: output, gradient: upstream)
    return [output.value] + [gradients[input]].compactMap { $0 }
      + layer.parameters.compactMap { gradients[$0] }
  }
}
