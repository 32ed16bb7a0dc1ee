public import AttentionLayers
public import Autograd
public import CoreLayers
public import FeedForwardLayers
public import ResidualLayers
public import Tensors

/// One layer of the encoder: self-attention and feed-forward, each inside Add&Norm (section 3.1).
public struct EncoderLayer: Layer {
  /// Each position attends to all.
  public let selfAttention: MultiHeadAttention
  /// Around the self-attention.
  public let selfAttentionNorm: AddNorm
  /// At each position alike.
  public let feedForward: FeedForward
  /// Around the feed-forward layer.
  public let feedForwardNorm: AddNorm

  /// A new layer with random parameters.
  ///
  /// - Parameter mechanism: what turns queries and keys into weights; the configuration's word on it is for
  ///   ``Encoder``.
  public init(
    _ configuration: TransformerConfiguration,
    mechanism: any AttentionMechanism = ScaledDotProductAttention(),
    using generator: inout SeededGenerator
  ) {
    selfAttention = MultiHeadAttention(configuration, mechanism: mechanism, using: &generator)
    selfAttentionNorm = AddNorm(configuration)
    feedForward = FeedForward(configuration, using: &generator)
    feedForwardNorm = AddNorm(configuration)
  }

  /// Parameters and layers inside, by name.
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
    let attended = selfAttentionNorm(input, in: context) { x in
      context.inScope("self-attention") { selfAttention(x, mask: mask, in: context) }
    }
    return feedForwardNorm(attended, in: context) { feedForward($0, in: context) }
  }
}
