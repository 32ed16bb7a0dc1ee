import AttentionKit

/// Which results a layer's results are made of, found by running it: a gradient that comes back says that there is a
/// way. A unit is what is computed at once, a position of the layer's output, or a step of a recurrence.
struct DependencyGraph {
  /// For each unit, the positions of the layer's input that it reads.
  let inputs: [[Int]]
  /// For each unit, the units of the same layer that it reads.
  let units: [[Int]]

  /// - Throws: ``SuiteError`` when steps one by one are not what the layer computes.
  init(_ layer: MeasuredLayer, length: Int, modelDimension: Int, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let x = Tensor.normal([1, length, modelDimension], using: &generator)
    let upstream = Tensor.normal([1, 1, modelDimension], using: &generator)
    if let step = layer.step {
      (inputs, units) = try Self.steps(layer, step, x, upstream)
    } else {
      inputs = (0..<length).map { Self.inputs(of: $0, layer, x, upstream) }
      units = Array(repeating: [], count: length)
    }
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

  /// The longest chain of units of one layer in which each reads the one before it.
  var sequentialSteps: Int {
    var depth = [Int](repeating: 0, count: units.count)
    for unit in units.indices { depth[unit] = 1 + (units[unit].map { depth[$0] }.max() ?? 0) }
    return depth.max() ?? 0
  }

  /// The most units that lie on the shortest way from a position of the input to a position of the output, in as many
  /// layers on top of one another as it takes. Positions that no way leads to do not count.
  var longestPath: Int {
    let count = inputs.count
    var readers = [[Int]](repeating: [], count: count)
    var followers = readers
    for unit in 0..<count {
      for position in inputs[unit] { readers[position].append(unit) }
      for other in units[unit] { followers[other].append(unit) }
    }
    var longest = 0
    for start in 0..<count {
      // A unit's result is read by units of its own layer, and by the next layer, which is like this one.
      var distance = [Int](repeating: 0, count: count)
      var front = readers[start]
      var length = 0
      while !front.isEmpty {
        length += 1
        let new = front.filter { distance[$0] == 0 }
        for unit in new { distance[unit] = length }
        front = Array(Set(new.flatMap { readers[$0] + followers[$0] })).filter { distance[$0] == 0 }
      }
      longest = max(longest, distance.max() ?? 0)
    }
    return longest
  }
}
