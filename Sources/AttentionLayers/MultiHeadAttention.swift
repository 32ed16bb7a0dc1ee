public import Autograd
public import CoreLayers
public import Tensors

/// Attention of several heads, each with projections of its own (section 3.2.2):
/// Concat(head₁ … head_H) Wᴼ with headᵢ = Attention(Q Wᵢᵠ, K Wᵢᴷ, V Wᵢⱽ).
public struct MultiHeadAttention: Layer {
  /// Wᵠ of all heads: D to H K.
  public let queryProjection: Linear
  /// Wᴷ of all heads: key input to H K.
  public let keyProjection: Linear
  /// Wⱽ of all heads: value input to H Kv.
  public let valueProjection: Linear
  /// Wᴼ: H Kv to D.
  public let outputProjection: Linear
  /// What turns queries and keys into weights on values.
  public let mechanism: any AttentionMechanism
  /// H
  public let headCount: Int
  /// The share of attention weights dropped in training; the paper drops none.
  public let dropoutRate: Float

  /// - Parameters:
  ///   - modelDimension: D, the width of queries and of the output.
  ///   - headCount: H.
  ///   - keyDimension: K of one head (d_k); nil: D / H.
  ///   - valueDimension: Kv of one head (d_v); nil: D / H.
  ///   - keyInputDimension: the width of the keys before their projection; nil: D.
  ///   - valueInputDimension: the width of the values before their projection; nil: the keys'.
  ///   - hasBiases: whether the projections have biases; the paper's formulas show none, most code has them.
  public init(
    modelDimension: Int, headCount: Int, keyDimension: Int? = nil, valueDimension: Int? = nil,
    keyInputDimension: Int? = nil, valueInputDimension: Int? = nil, hasBiases: Bool = true,
    dropoutRate: Float = 0, mechanism: any AttentionMechanism = ScaledDotProductAttention(),
    using generator: inout SeededGenerator
  ) {
    if headCount < 1
      || (keyDimension == nil || valueDimension == nil) && modelDimension % headCount != 0
    {
      fatalError(
        "MultiHeadAttention: a model dimension of \(modelDimension) cannot be shared among "
          + "\(headCount) heads; give keyDimension and valueDimension")
    }
    let keyWidth = headCount * (keyDimension ?? modelDimension / headCount)
    let valueWidth = headCount * (valueDimension ?? modelDimension / headCount)
    let keyInput = keyInputDimension ?? modelDimension
    func projection(_ input: Int, _ output: Int) -> Linear {
      Linear(
        inputDimension: input, outputDimension: output, hasBias: hasBiases, using: &generator)
    }
    queryProjection = projection(modelDimension, keyWidth)
    keyProjection = projection(keyInput, keyWidth)
    valueProjection = projection(valueInputDimension ?? keyInput, valueWidth)
    outputProjection = projection(valueWidth, modelDimension)
    self.headCount = headCount
    self.dropoutRate = dropoutRate
    self.mechanism = mechanism
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    [
      .layer("query", queryProjection), .layer("key", keyProjection),
      .layer("value", valueProjection), .layer("output", outputProjection),
      .layer("mechanism", mechanism),
    ]
  }

  /// - Parameters:
  ///   - query: [B, T, D]
  ///   - key: [B, S, key input]
  ///   - value: [B, S, value input]
  /// - Returns: [B, T, D]
  public func callAsFunction(
    query: Variable, key: Variable, value: Variable, mask: AttentionMask = .none,
    in context: ForwardContext
  ) -> Variable {
    let heads = context.inScope("projections") {
      AttentionHeads(
        query: queryProjection(query, in: context), key: keyProjection(key, in: context),
        value: valueProjection(value, in: context), headCount: headCount)
    }
    return attend(heads, mask: mask, in: context)
  }

  /// Self-attention: queries, keys and values are one sequence, [B, T, D].
  public func callAsFunction(
    _ input: Variable, mask: AttentionMask = .none, in context: ForwardContext
  ) -> Variable {
    self(query: input, key: input, value: input, mask: mask, in: context)
  }

  /// The attention weights for the same arguments, [B, H, T, S]: what to look at.
  public func weights(
    query: Variable, key: Variable, mask: AttentionMask = .none, in context: ForwardContext
  ) -> Tensor {
    let keys = keyProjection(key, in: context)
    let heads = AttentionHeads(
      query: queryProjection(query, in: context), key: keys, value: keys, headCount: headCount)
    return mechanism.weights(heads, mask: mask, in: context)
  }

  /// Attention of new queries to keys and values that were projected before.
  ///
  /// - Parameter query: [B, T, D], the last T positions of the cache for self-attention.
  func callAsFunction(
    query: Variable, cache: KeyValueCache, mask: AttentionMask, in context: ForwardContext
  ) -> Variable {
    let heads = AttentionHeads(
      query: context.inScope("projections") { queryProjection(query, in: context) },
      key: Variable(cache.keys), value: Variable(cache.values), headCount: headCount)
    return attend(heads, mask: mask, in: context)
  }

  private func attend(_ heads: AttentionHeads, mask: AttentionMask, in context: ForwardContext)
    -> Variable
  {
    context.attentionRecord?.append(mechanism.weights(heads, mask: mask, in: context))
    let mixed = context.inScope("scores and mix") {
      mechanism(
        heads, mask: mask, dropout: context.nextDropout(rate: dropoutRate), in: context)
    }
    return context.inScope("output projection") { outputProjection(mixed, in: context) }
  }
}
