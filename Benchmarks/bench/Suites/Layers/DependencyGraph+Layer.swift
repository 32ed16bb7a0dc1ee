import AttentionKit
import BenchmarkKit

extension DependencyGraph {
  /// Finds what depends on what by running a layer: a gradient that comes back says that there is a way.
  ///
  /// - Throws: ``SuiteError`` when steps one by one are not what the layer computes.
  init(_ layer: MeasuredLayer, length: Int, modelDimension: Int, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let x = Tensor.normal([1, length, modelDimension], using: &generator)
    let upstream = Tensor.normal([1, 1, modelDimension], using: &generator)
    let found: (inputs: [[Int]], units: [[Int]])
    if let step = layer.step {
      found = try Self.steps(layer, step, x, upstream)
    } else {
      found = (
        (0..<length).map { Self.inputs(of: $0, layer, x, upstream) },
        Array(repeating: [], count: length)
      )
    }
    guard let graph = DependencyGraph(inputs: found.inputs, units: found.units) else {
      throw SuiteError("\(layer.name): a step reads what comes after it")
    }
    self = graph
  }

  /// A gradient for one position of the output, and the positions of the input where any of it arrives.
  private static func inputs(
    of position: Int, _ layer: MeasuredLayer, _ x: Tensor, _ upstream: Tensor
  ) -> [Int] {
    let context = ForwardContext.differentiating()
    let input = context.input(x)
    let output = layer.run(input, context).slice(axis: 1, position..<position + 1)
    return positions(in: context.backward(from: output, gradient: upstream)[input])
  }

  /// The same for a recurrence, step by step: what each step reads of the input and of the state before it.
  private static func steps(
    _ layer: MeasuredLayer,
    _ step: (Variable, RecurrentLayerState?, ForwardContext) -> RecurrentLayerState, _ x: Tensor,
    _ upstream: Tensor
  ) throws -> (inputs: [[Int]], units: [[Int]]) {
    var result: (inputs: [[Int]], units: [[Int]]) = ([], [])
    var state: (hidden: Tensor, cell: Tensor?)?
    var outputs: [Variable] = []
    for position in 0..<x.shape[1] {
      let context = ForwardContext.differentiating()
      let input = context.input(Variable(x).slice(axis: 1, position..<position + 1).value)
      let before = state.map {
        RecurrentLayerState(hidden: context.input($0.hidden), cell: $0.cell.map(context.input))
      }
      let after = step(input, before, context)
      state = (after.hidden.value, after.cell?.value)
      outputs.append(Variable(after.hidden.value.reshaped([1, 1, x.shape[2]])))
      let gradients = context.backward(
        from: after.hidden, gradient: upstream.reshaped([1, x.shape[2]]))
      result.inputs.append(positions(in: gradients[input]).isEmpty ? [] : [position])
      let isRead = [before?.hidden, before?.cell].contains { variable in
        variable.flatMap { gradients[$0] }?.scalars.contains { $0 != 0 } ?? false
      }
      result.units.append(isRead ? [position - 1] : [])
    }
    try requireClose(
      [concatenate(outputs, axis: 1).value], [layer.run(Variable(x), .inference()).value],
      tolerance: 1e-5)
    return result
  }

  private static func positions(in gradient: Tensor?) -> [Int] {
    guard let gradient else { return [] }
    let width = gradient.shape.last
    return (0..<gradient.shape[1]).filter { position in
      (0..<width).contains { gradient.pointer[position * width + $0] != 0 }
    }
  }
}
