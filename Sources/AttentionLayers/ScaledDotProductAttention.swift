public import Autograd
public import CoreLayers
public import Kernels
public import Tensors

/// softmax(Q Kᵀ / √K) V, equation 1 of the paper, in tiles.
public struct ScaledDotProductAttention: AttentionMechanism {
  /// What scores are multiplied by; nil: 1 / √K.
  public let scale: Float?

  /// Scores times `scale`, by default 1 / √K.
  public init(scale: Float? = nil) { self.scale = scale }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { [] }

  /// In tiles; see ``attention(query:key:value:headCount:mask:scale:dropout:)``.
  public func callAsFunction(
    _ heads: AttentionHeads, mask: AttentionMask, dropout: DropoutMask, in context: ForwardContext
  ) -> Variable {
    attention(
      query: heads.query, key: heads.key, value: heads.value, headCount: heads.headCount,
      mask: mask, scale: scale, dropout: dropout)
  }

  /// Written out, [B, H, T, S].
  public func weights(_ heads: AttentionHeads, mask: AttentionMask, in context: ForwardContext)
    -> Tensor
  {
    attentionWeights(
      query: heads.query.value, key: heads.key.value, headCount: heads.headCount, mask: mask,
      scale: scale)
  }
}
