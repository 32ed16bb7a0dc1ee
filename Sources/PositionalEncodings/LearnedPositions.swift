public import Autograd
public import CoreLayers
public import Tensors

/// One learned vector for each position (Gehring et al. 2017; row E of the paper's Table 3).
public struct LearnedPositions: PositionalEncoding {
  /// [maximumLength, D]
  public let weight: Parameter

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

  public var maximumLength: Int { weight.shape[0] }
  public var children: [LayerChild] { [.parameter("weight", weight)] }

  public func encoding(of positions: Range<Int>, in context: ForwardContext) throws -> Variable {
    try check(
      positions,
      remedy:
        "shorten it, or train with a larger maximumLength: learned positions cannot be extended")
    return context.variable(weight).slice(axis: 0, positions)
  }
}
