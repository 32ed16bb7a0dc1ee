public import Autograd
public import CoreLayers
internal import Kernels
public import Tensors

/// From what the encoder remembers to what the decoder starts from and is fed with: the context vector.
public struct ContextBridge: Layer {
  /// The last states, the mean or the largest of the outputs.
  public let vector: RecurrentConfiguration.ContextVector
  /// First state, every step, both, or nothing.
  public let use: RecurrentConfiguration.ContextUse
  /// tanh(W x + b), for h of each decoder layer; empty: no transform.
  public let hiddenTransforms: [Linear]
  /// W x + b, for c of each decoder layer of an LSTM that starts from last states; empty: no transform.
  public let cellTransforms: [Linear]
  /// tanh(W x + b), for what is fed at every step; nil: no transform.
  public let fedTransform: Linear?
  /// For each decoder layer the encoder layer whose last states it starts from.
  private let sources: [Int]
  private let hasCellState: Bool

  /// A new bridge with random parameters, where it has any.
  public init(_ configuration: RecurrentConfiguration, using generator: inout SeededGenerator) {
    vector = configuration.contextVector
    use = configuration.contextUse
    hasCellState = configuration.cell.hasCellState
    let layers = 0..<configuration.decoderLayerCount
    sources = layers.map(configuration.encoderLayer(forDecoderLayer:))
    func linear(_ input: Int, tanh: Bool) -> Linear {
      Linear(
        inputDimension: input, outputDimension: configuration.modelDimension,
        activation: tanh ? .tanh : .identity, using: &generator)
    }
    let isFirstState = configuration.transformsContext && use.isFirstState
    let widths = layers.map(configuration.firstStateDimension(decoderLayer:))
    hiddenTransforms = isFirstState ? widths.map { linear($0, tanh: true) } : []
    cellTransforms =
      isFirstState && hasCellState && vector == .last
      ? widths.map { linear($0, tanh: false) } : []
    fedTransform =
      configuration.transformsContext && use.isFedEveryStep
      ? linear(configuration.memoryDimension, tanh: true) : nil
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    LayerChild.layers("hidden", hiddenTransforms) + LayerChild.layers("cell", cellTransforms)
      + (fedTransform.map { [.layer("fed", $0)] } ?? [])
  }

  /// - Parameters:
  ///   - output: the encoder's, [B, S, E].
  ///   - states: the last states of each encoder layer.
  ///   - modelDimension: D of the decoder.
  /// - Returns: the first state of each decoder layer, and what is fed at every step, [B, D] or [B, E].
  public func callAsFunction(
    output: Variable, states: [RecurrentLayerState], lengths: [Int], modelDimension: Int,
    in context: ForwardContext
  ) -> (first: [RecurrentLayerState], fed: Variable?) {
    let zeros = Variable(.zeros([lengths.count, modelDimension]))
    let noCell = hasCellState ? zeros : nil
    let pooled: Variable? =
      switch vector {
      case _ where use == .none: nil
      case .last: nil
      case .mean: output.meanOverTime(lengths: lengths)
      case .maximum: output.maximumOverTime(lengths: lengths)
      }
    let first = sources.indices.map { layer -> RecurrentLayerState in
      guard use.isFirstState else { return RecurrentLayerState(hidden: zeros, cell: noCell) }
      let source = states[sources[layer]]
      let hidden = pooled ?? source.hidden
      let cell = pooled == nil ? source.cell : noCell
      if hiddenTransforms.isEmpty { return RecurrentLayerState(hidden: hidden, cell: cell) }
      return RecurrentLayerState(
        hidden: hiddenTransforms[layer](hidden, in: context),
        cell: cellTransforms.isEmpty ? cell : cell.map { cellTransforms[layer]($0, in: context) })
    }
    guard use.isFedEveryStep else { return (first, nil) }
    let summary = pooled ?? states.last?.hidden ?? zeros
    return (first, fedTransform?(summary, in: context) ?? summary)
  }
}
