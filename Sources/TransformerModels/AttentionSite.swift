public import AttentionLayers
public import Tensors

/// One attention of a Transformer: what a mechanism is made for.
public struct AttentionSite: Hashable, Sendable {
  /// Who attends to whom.
  public let kind: AttentionMap.Kind
  /// The layer within its stack, from 0.
  public let layer: Int

  /// The arguments are the properties.
  public init(kind: AttentionMap.Kind, layer: Int) {
    self.kind = kind
    self.layer = layer
  }

  /// Makes the mechanism of an attention, or nil for the one that the configuration says.
  public typealias MechanismMaker = (AttentionSite, inout SeededGenerator) throws -> (
    any AttentionMechanism
  )?
}

/// The mechanisms of one stack, in the order of its layers.
struct StackMechanisms {
  let configuration: TransformerConfiguration
  let maker: AttentionSite.MechanismMaker?
  /// T5's layers share their biases.
  private var sharedPositions: (any AttentionPositions)?

  init(_ configuration: TransformerConfiguration, maker: AttentionSite.MechanismMaker?) {
    self.configuration = configuration
    self.maker = maker
  }

  /// - Throws: what the maker throws, and ``AttentionCombinationError``.
  mutating func make(
    _ kind: AttentionMap.Kind, layer: Int, using generator: inout SeededGenerator
  ) throws -> any AttentionMechanism {
    if let own = try maker?(AttentionSite(kind: kind, layer: layer), &generator) { return own }
    if kind == .cross {
      return try configuration.makeMechanism(kind, positions: nil, using: &generator)
    }
    let positions =
      try sharedPositions ?? configuration.makeAttentionPositions(kind, using: &generator)
    if configuration.positions == .t5 { sharedPositions = positions }
    return try configuration.makeMechanism(kind, positions: positions, using: &generator)
  }
}
