public import Autograd
public import CoreLayers
public import Kernels
public import Tensors

/// Soft attention put together from its parts: any score function, positions that attention sees, and a window. The
/// Transformer's own, ``ScaledDotProductAttention``, is this with ``DotScore/scaled`` and nothing else.
///
/// With a score function that can (``TiledScoreFunction``; all of this package's can) it is computed in tiles: no matrix
/// of scores exists, memory grows with n, and with a window of r the tiles outside of it are never computed, so time
/// grows with n r.
public struct SoftAttention: AttentionMechanism {
  private let parts: ScoredAttention

  /// How well a query and a key go together.
  public var score: any ScoreFunction { parts.score }
  /// Positions that attention sees, or nil.
  public var positions: (any AttentionPositions)? { parts.positions }
  /// How far a position may look in each direction (section 4, restricted self-attention); nil: everywhere. For
  /// self-attention only.
  public var window: Int? { parts.window }

  /// - Parameters:
  ///   - score: how well a query and a key go together.
  ///   - positions: positions that attention sees, or nil.
  ///   - window: how far a position may look in each direction; nil: everywhere.
  /// - Throws: ``AttentionCombinationError`` for parts that make no sense together.
  public init(
    score: any ScoreFunction = DotScore.scaled, positions: (any AttentionPositions)? = nil,
    window: Int? = nil
  ) throws {
    parts = try ScoredAttention(score: score, positions: positions, window: window)
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { parts.children }

  /// Values mixed by the softmax of the scores, [B, T, H Kv].
  public func callAsFunction(
    _ heads: AttentionHeads, mask: AttentionMask, dropout: DropoutMask, in context: ForwardContext
  ) -> Variable {
    parts.attend(
      parts.call(heads, mask: mask, in: context), dropout: dropout, in: context)
  }

  /// The softmax of the scores, written out: [B, H, T, S].
  public func weights(_ heads: AttentionHeads, mask: AttentionMask, in context: ForwardContext)
    -> Tensor
  {
    parts.weights(parts.call(heads, mask: mask, in: context), in: context).value
  }
}
