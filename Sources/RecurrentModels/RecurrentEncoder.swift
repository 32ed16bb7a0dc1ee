public import Autograd
public import CoreLayers
public import Tensors

/// Recurrent layers one above the other, with dropout and residual connections between them.
public struct RecurrentEncoder: Layer {
  /// From the one that reads the embeddings on.
  public let layers: [RecurrentEncoderLayer]
  /// Of the input of each layer but the first.
  public let dropoutRate: Float
  /// The number, from 1, of the first layer whose input is added to its output; 0: none.
  public let residualFromLayer: Int

  /// A new encoder with random parameters.
  public init(_ configuration: RecurrentConfiguration, using generator: inout SeededGenerator) {
    layers = configuration.encoderLayers.map {
      RecurrentEncoderLayer(
        configuration.cell, inputDimension: $0.inputDimension,
        directionDimension: $0.directionDimension, isBidirectional: $0.isBidirectional,
        initialization: configuration.layerInitialization, using: &generator)
    }
    dropoutRate = configuration.dropoutRate
    residualFromLayer = configuration.residualFromLayer
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { LayerChild.layers("layers", layers) }

  /// - Parameter input: [B, S, D]
  /// - Returns: the last layer's outputs, and the last states of each layer.
  public func callAsFunction(_ input: Variable, lengths: [Int], in context: ForwardContext)
    -> (output: Variable, states: [RecurrentLayerState])
  {
    self(RecurrentInput(input), lengths: lengths, in: context)
  }

  /// The same for an input [B, S, D] whose rows may come again and again.
  public func callAsFunction(_ input: RecurrentInput, lengths: [Int], in context: ForwardContext)
    -> (output: Variable, states: [RecurrentLayerState])
  {
    var output: Variable?
    var states: [RecurrentLayerState] = []
    for (index, layer) in layers.enumerated() {
      let below = output.map {
        RecurrentInput(dropout($0, context.nextDropout(rate: dropoutRate)))
      }
      let result = layer(below ?? input, lengths: lengths, in: context)
      let isResidual = residualFromLayer > 0 && index + 1 >= residualFromLayer
      output = isResidual ? result.output + (output ?? input.sequence) : result.output
      states.append(result.state)
    }
    return (output ?? input.sequence, states)
  }
}
