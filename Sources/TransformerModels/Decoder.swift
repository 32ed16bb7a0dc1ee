internal import AttentionLayers
public import Autograd
public import CoreLayers
public import Tensors

/// A stack of N decoder layers.
public struct Decoder: Layer {
  /// From the embeddings up.
  public let layers: [DecoderLayer]
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
    var layers: [DecoderLayer] = []
    for layer in 0..<configuration.decoderLayerCount {
      let own = try mechanisms.make(.decoderSelf, layer: layer, using: &generator)
      let cross = try mechanisms.make(.cross, layer: layer, using: &generator)
      layers.append(
        DecoderLayer(
          configuration, selfMechanism: own, crossMechanism: cross, using: &generator))
    }
    self.layers = layers
    finalNorm = configuration.makeFinalNorm()
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    LayerChild.layers("layers", layers) + (finalNorm.map { [.layer("final_norm", $0)] } ?? [])
  }

  /// - Parameters:
  ///   - input: embedded target prefixes, [B, T, D].
  ///   - memory: the encoder's output, [B, S, D].
  ///   - selfMask: hides the future and padding of the target.
  ///   - crossMask: hides padding of the source.
  public func callAsFunction(
    _ input: Variable, memory: Variable, selfMask: AttentionMask, crossMask: AttentionMask,
    in context: ForwardContext
  ) -> Variable {
    let output = layers.reduce(input) { x, layer in
      layer(x, memory: memory, selfMask: selfMask, crossMask: crossMask, in: context)
    }
    return finalNorm?(output, in: context) ?? output
  }

  /// One position of each sequence, [B, 1, D].
  func step(_ input: Variable, caches: inout [DecoderLayer.Cache], in context: ForwardContext)
    -> Variable
  {
    var output = input
    for (index, layer) in layers.enumerated() {
      output = layer.step(output, cache: &caches[index], in: context)
    }
    return finalNorm?(output, in: context) ?? output
  }
}
