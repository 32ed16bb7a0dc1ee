public import Autograd
public import CoreLayers
public import Tensors

/// qᵀ W k with a matrix for each head (Luong et al. 2015, "general"): queries and keys may have different widths.
public struct GeneralScore: ProductScoreFunction {
  /// W of each head, [H, D, K].
  public let weight: Parameter

  /// - Parameters:
  ///   - queryDimension: D of one head.
  ///   - keyDimension: K of one head.
  ///   - headCount: H.
  ///   - initialization: of each head's matrix.
  public init(
    queryDimension: Int, keyDimension: Int, headCount: Int = 1,
    initialization: Initialization = .xavierUniform(), using generator: inout SeededGenerator
  ) {
    let matrices = (0..<headCount).flatMap { _ in
      initialization.tensor([queryDimension, keyDimension], using: &generator).scalars
    }
    weight = Parameter(Tensor(matrices, shape: [headCount, queryDimension, keyDimension]))
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { [.parameter("weight", weight)] }

  /// W k of each key: [B, S, H D].
  public func prepare(_ keys: Variable, headCount: Int, in context: ForwardContext)
    -> PreparedKeys
  {
    let (shape, heads) = (keys.shape, weight.shape[0])
    let (width, keyWidth) = (weight.shape[1], weight.shape[2])
    if shape.rank != 3 || heads != headCount || shape[2] != heads * keyWidth {
      stopOnShapes(
        "GeneralScore", "keys [B, S, H K] and weight [H, D, K] with H = \(headCount)", shape,
        weight.shape)
    }
    let weight = context.variable(weight)
    if heads == 1 {
      return PreparedKeys(linear(keys, weight: weight.reshaped([width, keyWidth])))
    }
    // The matrices of the heads are a batch: [H, B S, K] times [H, K, D].
    let rows = shape[0] * shape[1]
    let apart = keys.reshaped([rows, heads, keyWidth]).transposed(axes: [1, 0, 2])
    return PreparedKeys(
      matmul(apart, weight, transposeB: true).transposed(axes: [1, 0, 2])
        .reshaped([shape[0], shape[1], heads * width]))
  }

  /// 1
  public func scale(keyDimension: Int) -> Float { 1 }
}
