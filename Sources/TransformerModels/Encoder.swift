internal import AttentionLayers
public import Autograd
public import CoreLayers
public import Tensors

/// A stack of N encoder layers.
public struct Encoder: Layer {
  /// From the embeddings up.
  public let layers: [EncoderLayer]
  /// Only with pre-norm layers.
  public let finalNorm: LayerNorm?

  /// N new layers.
  ///
  /// - Parameter maker: makes the mechanisms of attention; nil: the configuration's.
  /// - Throws: what the maker throws, and ``AttentionCombinationError``.
  public init(
    _ configuration: TransformerConfiguration,
    mechanisms maker: AttentionSite.MechanismMaker? = nil,
    using generator: inout SeededGenerator
  ) throws {
    var mechanisms = StackMechanisms(configuration, maker: maker)
    var layers: [EncoderLayer] = []
    for layer in 0..<configuration.encoderLayerCount {
      let mechanism = try mechanisms.make(.encoderSelf, layer: layer, using: &generator)
      layers.append(EncoderLayer(configuration, mechanism: mechanism, using: &generator))
    }
    self.layers = layers
    finalNorm = configuration.makeFinalNorm()
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    LayerChild.layers("layers", layers) + (finalNorm.map { [.layer("final_norm", $0)] } ?? [])
  }

  /// - Parameters:
  ///   - input: embedded source, [B, S, D].
  ///   - mask: hides padding.
  public func callAsFunction(_ input: Variable, mask: AttentionMask, in context: ForwardContext)
    -> Variable
  {
    let output = layers.reduce(input) { x, layer in layer(x, mask: mask, in: context) }
    return finalNorm?(output, in: context) ?? output
  }
}
