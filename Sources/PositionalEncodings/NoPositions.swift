public import Autograd
public import CoreLayers
internal import Tensors

/// Nothing is added to embeddings: for attention that sees positions itself, or is meant to be blind to them.
public struct NoPositions: PositionalEncoding {
  /// D
  public let modelDimension: Int

  /// Zeros of width `modelDimension`.
  public init(modelDimension: Int) { self.modelDimension = modelDimension }

  /// Any length will do.
  public var maximumLength: Int { .max }
  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { [] }

  /// Zeros, [positions.count, D].
  public func encoding(of positions: Range<Int>, in context: ForwardContext) throws -> Variable {
    Variable(.zeros([positions.count, modelDimension]))
  }
}
