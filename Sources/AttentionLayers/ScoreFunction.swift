public import Autograd
public import CoreLayers
public import Kernels
internal import Tensors

/// How well a query and a key go together: the part of attention that its inventors disagree about.
///
/// Scores are those of several heads at once, for whole sequences ([B, T, ...] queries) or for one step of a decoder
/// (T = 1) alike. What depends on the keys alone is computed once, by ``prepare(_:headCount:in:)``, and serves every
/// step. ``DotScore``, ``GeneralScore``, ``AdditiveScore`` and ``CosineScore`` conform; so can a type of your own,
/// and then works with ``SoftAttention`` and everything above.
public protocol ScoreFunction: Layer {
  /// What scores need of the keys.
  ///
  /// - Parameter keys: [B, S, H K]
  func prepare(_ keys: Variable, headCount: Int, in context: ForwardContext) -> PreparedKeys

  /// The score of each query with each key, before any mask.
  ///
  /// - Parameter query: [B, T, H D]
  /// - Returns: [B, H, T, S]
  func scores(
    _ query: Variable, _ keys: PreparedKeys, headCount: Int, in context: ForwardContext
  ) -> Variable
}

/// Keys as a score function wants them: [B, S, ...].
public struct PreparedKeys {
  /// What ``ScoreFunction/prepare(_:headCount:in:)`` made of the keys.
  public let keys: Variable

  /// To be called by score functions.
  public init(_ keys: Variable) { self.keys = keys }

  /// The keys of the given sequences in the given order, as search asks for.
  public func selecting(rows: [Int]) -> PreparedKeys { PreparedKeys(keys.gatherRows(rows)) }
}

/// A score function with which attention can be computed in tiles, so that no matrix of scores exists: memory grows with
/// n, and with a window of r the time grows with n r.
public protocol TiledScoreFunction: ScoreFunction {
  /// Soft attention in tiles.
  ///
  /// - Parameters:
  ///   - query: [B, T, H D]
  ///   - keys: [B, S, ...], prepared by this function.
  ///   - value: [B, S, H Kv]
  ///   - dropout: drops weights.
  ///   - distances: what the distances of keys from queries add, or nil.
  /// - Returns: [B, T, H Kv]
  func tiledAttention(
    _ query: Variable, _ keys: PreparedKeys, value: Variable, headCount: Int, mask: AttentionMask,
    dropout: DropoutMask, distances: DistanceTerms?, in context: ForwardContext
  ) -> Variable
}

/// A score function whose scores are dot products of something made of the query and something made of the key.
public protocol ProductScoreFunction: TiledScoreFunction {
  /// What scores are multiplied by.
  ///
  /// - Parameter keyDimension: K, the width of one head of the prepared keys.
  func scale(keyDimension: Int) -> Float

  /// What to multiply with the prepared keys: [B, T, H K].
  func prepare(query: Variable, headCount: Int, in context: ForwardContext) -> Variable
}

extension ProductScoreFunction {
  /// The query as it is.
  public func prepare(query: Variable, headCount: Int, in context: ForwardContext) -> Variable {
    query
  }

  /// scale · query keyᵀ, written out.
  public func scores(
    _ query: Variable, _ keys: PreparedKeys, headCount: Int, in context: ForwardContext
  ) -> Variable {
    let query = prepare(query: query, headCount: headCount, in: context)
    return matmul(
      splitHeads(query, headCount: headCount), splitHeads(keys.keys, headCount: headCount),
      transposeB: true) * scale(keyDimension: keys.keys.shape.last / headCount)
  }

  /// Products in tiles.
  public func tiledAttention(
    _ query: Variable, _ keys: PreparedKeys, value: Variable, headCount: Int, mask: AttentionMask,
    dropout: DropoutMask, distances: DistanceTerms?, in context: ForwardContext
  ) -> Variable {
    attention(
      query: prepare(query: query, headCount: headCount, in: context), key: keys.keys,
      value: value, headCount: headCount, mask: mask,
      scale: scale(keyDimension: keys.keys.shape.last / headCount), dropout: dropout,
      distances: distances)
  }
}

extension ScoreFunction {
  /// Soft attention weights, softmax of the scores under a mask: [B, H, T, S].
  public func weights(
    _ query: Variable, _ keys: PreparedKeys, headCount: Int = 1, mask: AttentionMask = .none,
    in context: ForwardContext
  ) -> Variable {
    attentionSoftmax(scores(query, keys, headCount: headCount, in: context), mask: mask)
  }

  /// Soft attention: values mixed by the softmax of the scores, in tiles where the score function knows how.
  ///
  /// - Parameters:
  ///   - query: [B, T, H D]; T = 1 for a step of a decoder.
  ///   - keys: [B, S, ...], prepared by this function.
  ///   - value: [B, S, H Kv], which need not be what the keys were made of.
  ///   - dropout: drops weights.
  /// - Returns: [B, T, H Kv]
  public func attend(
    _ query: Variable, _ keys: PreparedKeys, value: Variable, headCount: Int = 1,
    mask: AttentionMask = .none, dropout: DropoutMask = .none, in context: ForwardContext
  ) -> Variable {
    if let tiled = self as? any TiledScoreFunction {
      return tiled.tiledAttention(
        query, keys, value: value, headCount: headCount, mask: mask, dropout: dropout,
        distances: nil, in: context)
    }
    let weights = weights(query, keys, headCount: headCount, mask: mask, in: context)
    return mixedValues(
      weights: Autograd.dropout(weights, dropout), value: value, mask: mask)
  }
}
