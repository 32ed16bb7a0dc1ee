public import Autograd
public import CoreLayers
public import Kernels
public import Tensors

/// vᵀ tanh(W q + U k): additive attention (Bahdanau et al. 2015). Luong's "concat", vᵀ tanh(W [q; k]), is the same
/// with the matrices side by side.
///
/// The keys' projection is computed once for all queries; the tanh values of all pairs are never kept.
public struct AdditiveScore: TiledScoreFunction {
  /// W of all heads, D to H A; nil where queries come projected.
  public let queryProjection: Linear?
  /// U of all heads, K to H A; nil where keys come projected.
  public let keyProjection: Linear?
  /// v of all heads, [H A].
  public let vector: Parameter

  /// Scores with projections of their own.
  ///
  /// - Parameters:
  ///   - queryDimension: D, of all heads together.
  ///   - keyDimension: K, of all heads together.
  ///   - dimension: A of one head.
  ///   - headCount: H.
  ///   - hasBias: whether U k has a bias; the paper's has none.
  public init(
    queryDimension: Int, keyDimension: Int, dimension: Int, headCount: Int = 1,
    hasBias: Bool = false, using generator: inout SeededGenerator
  ) {
    queryProjection = Linear(
      inputDimension: queryDimension, outputDimension: headCount * dimension, hasBias: false,
      using: &generator)
    keyProjection = Linear(
      inputDimension: keyDimension, outputDimension: headCount * dimension, hasBias: hasBias,
      using: &generator)
    vector = Self.vector(dimension: dimension, headCount: headCount, using: &generator)
  }

  /// vᵀ tanh(q + k) for queries and keys that are projected already, as those of ``MultiHeadAttention`` are.
  ///
  /// - Parameters:
  ///   - projectedDimension: A of one head.
  ///   - headCount: H.
  public init(
    projectedDimension: Int, headCount: Int = 1, using generator: inout SeededGenerator
  ) {
    queryProjection = nil
    keyProjection = nil
    vector = Self.vector(
      dimension: projectedDimension, headCount: headCount, using: &generator)
  }

  private static func vector(
    dimension: Int, headCount: Int, using generator: inout SeededGenerator
  ) -> Parameter {
    // As large as the row of a linear layer with A inputs is.
    let bound = 1 / Float(max(1, dimension)).squareRoot()
    return Parameter(
      Initialization.uniform(bound: bound).tensor([headCount * dimension], using: &generator))
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    (queryProjection.map { [.layer("query", $0)] } ?? [])
      + (keyProjection.map { [.layer("key", $0)] } ?? []) + [.parameter("vector", vector)]
  }

  /// U k of each key: [B, S, H A].
  public func prepare(_ keys: Variable, headCount: Int, in context: ForwardContext)
    -> PreparedKeys
  {
    PreparedKeys(keyProjection?(keys, in: context) ?? keys)
  }

  /// vᵀ tanh(W q + U k): [B, H, T, S].
  public func scores(
    _ query: Variable, _ keys: PreparedKeys, headCount: Int, in context: ForwardContext
  ) -> Variable {
    additiveScores(
      query: queryProjection?(query, in: context) ?? query, key: keys.keys,
      vector: context.variable(vector), headCount: headCount)
  }

  /// In tiles, but for a step of a decoder: the weights of so few queries are small, and with them at hand the way back
  /// need not compute the scores again.
  public func tiledAttention(
    _ query: Variable, _ keys: PreparedKeys, value: Variable, headCount: Int, mask: AttentionMask,
    dropout: DropoutMask, distances: DistanceTerms?, in context: ForwardContext
  ) -> Variable {
    if query.shape[1] < Self.fewestTiledQueries && distances == nil {
      let weights = weights(query, keys, headCount: headCount, mask: mask, in: context)
      return mixedValues(weights: Autograd.dropout(weights, dropout), value: value, mask: mask)
    }
    return additiveAttention(
      query: queryProjection?(query, in: context) ?? query, key: keys.keys, value: value,
      vector: context.variable(vector), headCount: headCount, mask: mask, dropout: dropout,
      distances: distances)
  }

  private static let fewestTiledQueries = 4
}
