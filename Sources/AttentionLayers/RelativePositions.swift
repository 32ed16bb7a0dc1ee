public import Autograd
public import CoreLayers
public import Tensors

/// Learned vectors for distances, added to keys and values (Shaw et al. 2018):
/// e_ij = q_i · (k_j + aᴷ_{j-i}) / √K and z_i = Σ_j α_ij (v_j + aⱽ_{j-i}), distances clipped to ± reach.
///
/// Computed without a vector for each pair: a query is multiplied with the 2 reach + 1 vectors once, and weights are
/// added up by distance before they meet the vectors of the values.
public struct RelativePositions: AttentionPositions {
  /// aᴷ: [H, 2 reach + 1, K], or [1, 2 reach + 1, K] where the heads share it; nil: nothing is added to keys.
  public let keys: Parameter?
  /// aⱽ: [H, 2 reach + 1, Kv], or [1, 2 reach + 1, Kv] where the heads share it; nil: nothing is added to values.
  public let values: Parameter?
  /// The largest distance told apart, k in the paper.
  public let reach: Int

  /// Vectors that start as Xavier's matrices [2 reach + 1, K].
  ///
  /// - Parameters:
  ///   - reach: the largest distance told apart; the paper's base model has 16.
  ///   - headCount: H; the paper's experiments have vectors of each layer and head.
  ///   - keyDimension: K; nil: nothing is added to keys.
  ///   - valueDimension: Kv; nil: nothing is added to values.
  ///   - areShared: whether all heads have the same vectors.
  public init(
    reach: Int, headCount: Int, keyDimension: Int?, valueDimension: Int?, areShared: Bool = false,
    using generator: inout SeededGenerator
  ) {
    if reach < 0 { fatalError("RelativePositions: expected a reach of at least 0, found \(reach)") }
    func table(_ width: Int) -> Parameter {
      let heads = areShared ? 1 : headCount
      let scalars = (0..<heads).flatMap { _ in
        Initialization.xavierUniform().tensor([2 * reach + 1, width], using: &generator).scalars
      }
      return Parameter(Tensor(scalars, shape: [heads, 2 * reach + 1, width]))
    }
    keys = keyDimension.map(table)
    values = valueDimension.map(table)
    self.reach = reach
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    (keys.map { [.parameter("keys", $0)] } ?? [])
      + (values.map { [.parameter("values", $0)] } ?? [])
  }

  /// The vectors.
  public func distanceTerms(largestDistance: Int, in context: ForwardContext) -> DistanceTerms? {
    DistanceTerms(
      reach: reach, keys: keys.map(context.variable), values: values.map(context.variable))
  }

  /// Only products can be shared between a key and what is added to it.
  public func objection(to score: any ScoreFunction) -> String? {
    if keys == nil || score is DotScore { return nil }
    return
      "a vector added to a key is defined for scores that are the plain dot product with the key"
  }
}
