public import Autograd
public import CoreLayers
public import Kernels
public import Tensors

/// A layer of the encoder: one direction, or both with their outputs side by side.
public struct RecurrentEncoderLayer: Layer {
  /// Reads from the first token on.
  public let forward: RecurrentLayer
  /// Reads from the last token back; nil in a layer of one direction.
  public let backward: RecurrentLayer?

  /// - Parameter directionDimension: H of each direction.
  public init(
    _ cell: RecurrentCell, inputDimension: Int, directionDimension: Int, isBidirectional: Bool,
    initialization: RecurrentLayer.Initialization = .init(),
    using generator: inout SeededGenerator
  ) {
    forward = RecurrentLayer(
      cell, inputDimension: inputDimension, hiddenDimension: directionDimension,
      initialization: initialization, using: &generator)
    backward =
      isBidirectional
      ? RecurrentLayer(
        cell, inputDimension: inputDimension, hiddenDimension: directionDimension,
        isReversed: true, initialization: initialization, using: &generator) : nil
  }

  /// The width of the output: that of both directions together.
  public var outputDimension: Int { forward.hiddenDimension * (backward == nil ? 1 : 2) }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    [.layer("forward", forward)] + (backward.map { [.layer("backward", $0)] } ?? [])
  }

  /// - Parameter input: [B, T, in]
  /// - Returns: outputs [B, T, D] and last states [B, D], both directions side by side.
  public func callAsFunction(_ input: Variable, lengths: [Int], in context: ForwardContext)
    -> RecurrenceResult
  {
    self(RecurrentInput(input), lengths: lengths, in: context)
  }

  /// The same for an input [B, T, in] whose rows may come again and again.
  public func callAsFunction(_ input: RecurrentInput, lengths: [Int], in context: ForwardContext)
    -> RecurrenceResult
  {
    let left = forward(input, lengths: lengths, in: context)
    guard let right = backward?(input, lengths: lengths, in: context) else { return left }
    return RecurrenceResult(
      output: concatenate([left.output, right.output], axis: 2),
      state: RecurrentLayerState(
        hidden: concatenate([left.state.hidden, right.state.hidden], axis: 1),
        cell: left.state.cell.flatMap { cell in
          right.state.cell.map { concatenate([cell, $0], axis: 1) }
        }))
  }
}
