public import AttentionLayers
public import Autograd
public import CoreLayers
public import FeedForwardLayers
public import ResidualLayers
public import Tensors

/// One layer of the encoder: self-attention and feed-forward, each inside Add&Norm (section 3.1).
public struct EncoderLayer: Layer {
  public let selfAttention: MultiHeadAttention
  public let selfAttentionNorm: AddNorm
  public let feedForward: FeedForward
  public let feedForwardNorm: AddNorm

  public init(_ configuration: TransformerConfiguration, using generator: inout SeededGenerator) {
    selfAttention = MultiHeadAttention(configuration, using: &generator)
    selfAttentionNorm = AddNorm(configuration)
    feedForward = FeedForward(configuration, using: &generator)
    feedForwardNorm = AddNorm(configuration)
  }

  public var children: [LayerChild] {
    [
      .layer("self_attention", selfAttention), .layer("self_attention_norm", selfAttentionNorm),
      .layer("feed_forward", feedForward), .layer("feed_forward_norm", feedForwardNorm),
    ]
  }

  /// - Parameters:
  ///   - input: [B, S, D]
  ///   - mask: hides padding.
  public func callAsFunction(_ input: Variable, mask: AttentionMask, in context: ForwardContext)
    -> Variable
  {
    let attended = selfAttentionNorm(input, in: context) {
      selfAttention($0, mask: mask, in: context)
    }
    return feedForwardNorm(attended, in: context) { feedForward($0, in: context) }
  }
}
