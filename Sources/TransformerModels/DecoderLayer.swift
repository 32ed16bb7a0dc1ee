public import AttentionLayers
public import Autograd
public import CoreLayers
public import FeedForwardLayers
public import ResidualLayers
public import Tensors

/// One layer of the decoder: masked self-attention, attention to the encoder's output, feed-forward, each
/// inside Add&Norm (section 3.1).
public struct DecoderLayer: Layer {
  /// Each position attends to itself and those before.
  public let selfAttention: MultiHeadAttention
  /// Around the self-attention.
  public let selfAttentionNorm: AddNorm
  /// Each position attends to the source.
  public let crossAttention: MultiHeadAttention
  /// Around the cross-attention.
  public let crossAttentionNorm: AddNorm
  /// At each position alike.
  public let feedForward: FeedForward
  /// Around the feed-forward layer.
  public let feedForwardNorm: AddNorm

  /// A new layer with random parameters.
  ///
  /// - Parameters:
  ///   - selfMechanism: what turns queries and keys of the target into weights; the configuration's word on it is for
  ///     ``Decoder``.
  ///   - crossMechanism: the same for the target's queries and the source's keys.
  public init(
    _ configuration: TransformerConfiguration,
    selfMechanism: any AttentionMechanism = ScaledDotProductAttention(),
    crossMechanism: any AttentionMechanism = ScaledDotProductAttention(),
    using generator: inout SeededGenerator
  ) {
    selfAttention = MultiHeadAttention(
      configuration, mechanism: selfMechanism, using: &generator)
    selfAttentionNorm = AddNorm(configuration)
    crossAttention = MultiHeadAttention(
      configuration, mechanism: crossMechanism, using: &generator)
    crossAttentionNorm = AddNorm(configuration)
    feedForward = FeedForward(configuration, using: &generator)
    feedForwardNorm = AddNorm(configuration)
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    [
      .layer("self_attention", selfAttention), .layer("self_attention_norm", selfAttentionNorm),
      .layer("cross_attention", crossAttention),
      .layer("cross_attention_norm", crossAttentionNorm),
      .layer("feed_forward", feedForward), .layer("feed_forward_norm", feedForwardNorm),
    ]
  }

  /// All positions at once.
  ///
  /// - Parameters:
  ///   - input: [B, T, D]
  ///   - memory: the encoder's output, [B, S, D].
  ///   - selfMask: hides the future and padding of the target.
  ///   - crossMask: hides padding of the source.
  public func callAsFunction(
    _ input: Variable, memory: Variable, selfMask: AttentionMask, crossMask: AttentionMask,
    in context: ForwardContext
  ) -> Variable {
    let attended = selfAttentionNorm(input, in: context) { x in
      context.inScope("self-attention") { selfAttention(x, mask: selfMask, in: context) }
    }
    let informed = crossAttentionNorm(attended, in: context) { x in
      context.inScope("cross-attention") {
        crossAttention(query: x, key: memory, value: memory, mask: crossMask, in: context)
      }
    }
    return feedForwardNorm(informed, in: context) { feedForward($0, in: context) }
  }

  /// What this layer remembers between steps: its own past, and the source.
  public struct Cache {
    var past: KeyValueCache
    var source: KeyValueCache

    mutating func select(rows: [Int]) {
      past.select(rows: rows)
      source.select(rows: rows)
    }
  }

  func startCache(_ memory: TransformerMemory, in context: ForwardContext) -> Cache {
    Cache(
      past: selfAttention.emptyCache(batch: memory.lengths.count),
      source: crossAttention.cache(of: memory.output, lengths: memory.lengths, in: context))
  }

  /// One position of each sequence, [B, 1, D].
  func step(_ input: Variable, cache: inout Cache, in context: ForwardContext) -> Variable {
    let attended = selfAttentionNorm(input, in: context) { x in
      context.inScope("self-attention") {
        selfAttention.step(x, cache: &cache.past, in: context)
      }
    }
    let informed = crossAttentionNorm(attended, in: context) { x in
      context.inScope("cross-attention") {
        crossAttention.attend(x, to: cache.source, in: context)
      }
    }
    return feedForwardNorm(informed, in: context) { feedForward($0, in: context) }
  }
}
