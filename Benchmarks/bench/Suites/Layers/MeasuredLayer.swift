import AttentionKit

/// A layer of the paper's Table 1, [B, n, d] to [B, n, d]: as the library computes it and as its definition says.
struct MeasuredLayer {
  let name: String
  let parameters: [Parameter]
  /// All positions, as the library computes them.
  let run: (Variable, ForwardContext) -> Variable
  /// Some positions by the definition: [B, positions, d].
  let reference: (Variable, [Int], ForwardContext) -> Variable
  /// The positions that a check looks at, of n.
  let checkedPositions: (Int) -> [Int]
  /// One step from the state before it, [B, d], for layers that work step by step. The state after it comes first.
  var step: ((Variable, RecurrentLayerState?, ForwardContext) -> RecurrentLayerState)?

  /// What restricted attention and the convolution reach.
  struct Reach {
    /// Positions to each side.
    var radius = 64
    /// k, both sides and the position itself together.
    var width = 3
  }

  /// The rows of the table, and the whole layer of the Transformer, whose projections the table leaves out.
  static func all(modelDimension d: Int, reach: Reach = Reach(), seed: UInt64) -> [MeasuredLayer] {
    var generator = SeededGenerator(seed: combineSeeds(seed, UInt64(d)))
    return [
      attentionAlone(d, radius: nil), attentionAlone(d, radius: reach.radius),
      attentionLayer(d, headCount: headCount(d), using: &generator),
      recurrent("LSTM", .lstm, d, using: &generator),
      recurrent("GRU", .gru, d, using: &generator),
      convolution(d, width: reach.width, using: &generator),
    ]
  }

  private static func headCount(_ d: Int) -> Int { max(1, d / 64) }

  private static func attentionAlone(_ d: Int, radius: Int?) -> MeasuredLayer {
    let mask = radius.map { AttentionMask.window($0) } ?? .none
    return MeasuredLayer(
      name: radius == nil ? "self-attention" : "restricted", parameters: [],
      run: { x, _ in
        attention(query: x, key: x, value: x, headCount: headCount(d), mask: mask)
      },
      reference: { x, positions, _ in
        concatenate(
          positions.map { row in
            let length = x.shape[1]
            let seen =
              radius.map { max(0, row - $0)..<min(length, row + $0 + 1) } ?? 0..<length
            let keys = x.slice(axis: 1, seen)
            return plainAttention(
              query: x.slice(axis: 1, row..<row + 1), key: keys, value: keys,
              headCount: headCount(d))
          }, axis: 1)
      }, checkedPositions: sampledPositions)
  }

  /// Multi-head self-attention with its four matrices.
  static func attentionLayer(
    _ d: Int, headCount: Int, using generator: inout SeededGenerator
  ) -> MeasuredLayer {
    let layer = MultiHeadAttention(
      modelDimension: d, headCount: headCount, using: &generator)
    return MeasuredLayer(
      name: "with projections", parameters: layer.parameters.map(\.parameter),
      run: { x, context in layer(x, in: context) },
      reference: { x, positions, context in
        layer.outputProjection(
          plainAttention(
            query: layer.queryProjection(x.slices(axis: 1, positions), in: context),
            key: layer.keyProjection(x, in: context), value: layer.valueProjection(x, in: context),
            headCount: layer.headCount), in: context)
      }, checkedPositions: sampledPositions)
  }

  private static func recurrent(
    _ name: String, _ cell: RecurrentCell, _ d: Int, using generator: inout SeededGenerator
  ) -> MeasuredLayer {
    let layer = RecurrentLayer(
      cell, inputDimension: d, hiddenDimension: d, using: &generator)
    func lengths(_ x: Variable) -> [Int] { Array(repeating: x.shape[1], count: x.shape[0]) }
    return MeasuredLayer(
      name: name, parameters: layer.parameters.map(\.parameter),
      run: { x, context in layer(x, lengths: lengths(x), in: context).output },
      reference: { x, positions, context in
        // The first positions: what comes later cannot change them.
        let start = x.slice(axis: 1, 0..<positions.count)
        return plainRecurrence(
          cell, start, weights: layer.weights(in: context), lengths: lengths(start)
        ).output
      }, checkedPositions: { Array(0..<min(32, $0)) },
      step: { x, state, context in
        layer(x, initial: state, lengths: lengths(x), in: context).state
      })
  }

  private static func convolution(
    _ d: Int, width: Int, using generator: inout SeededGenerator
  ) -> MeasuredLayer {
    let layer = GatedConvolution(
      inputDimension: d, outputDimension: d, width: width, using: &generator)
    return MeasuredLayer(
      name: "convolution", parameters: layer.parameters.map(\.parameter),
      run: { x, context in layer(x, in: context) },
      reference: { x, positions, context in
        concatenate(
          positions.map { row in
            let matrices = context.variable(layer.convolution.weight)
            var sum: Variable?
            for offset in 0..<width {
              let source = row + offset - (width - 1) / 2
              if source < 0 || source >= x.shape[1] { continue }
              let term = linear(
                x.slice(axis: 1, source..<source + 1),
                weight: matrices.slice(axis: 0, offset..<offset + 1).reshaped([2 * d, d]))
              sum = sum.map { $0 + term } ?? term
            }
            let values = (sum ?? x).addingToRows(context.variable(layer.convolution.bias))
            return values.slice(axis: 2, 0..<d)
              * activate(values.slice(axis: 2, d..<2 * d), .sigmoid)
          }, axis: 1)
      }, checkedPositions: sampledPositions)
  }
}
