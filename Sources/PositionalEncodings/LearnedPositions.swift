public import Autograd
public import CoreLayers
public import Tensors

/// One learned vector for each position (Gehring et al. 2017; row E of the paper's Table 3).
public struct LearnedPositions: PositionalEncoding {
  /// [maximumLength, D]
  public let weight: Parameter

  /// Vectors that start normal with deviation 1 / √D by default.
  public init(
    modelDimension: Int, maximumLength: Int, initialization: Initialization? = nil,
    using generator: inout SeededGenerator
  ) {
    let initialization =
      initialization
      ?? .normal(standardDeviation: 1 / Float(max(1, modelDimension)).squareRoot())
    weight = Parameter(
      initialization.tensor([maximumLength, modelDimension], using: &generator))
  }

  /// The number of positions there are vectors for.
  public var maximumLength: Int { weight.shape[0] }
  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { [.parameter("weight", weight)] }

  /// Rows of the table, [positions.count, D]; ``PositionError`` beyond it.
  public func encoding(of positions: Range<Int>, in context: ForwardContext) throws -> Variable {
    try check(
      positions,
      remedy:
        "shorten it, or train with a larger maximumLength: learned positions cannot be extended")
    return context.variable(weight).slice(axis: 0, positions)
  }
}
