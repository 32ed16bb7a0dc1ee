public import Autograd
public import CoreLayers
public import Kernels
public import Tensors

/// Hard attention: each query looks at one key (Xu et al. 2015). Outside of training it is the key with the largest
/// score; training differs in how a gradient reaches the scores.
public struct HardAttention: AttentionMechanism {
  /// Which key, and how its choice is learned.
  public enum Choice: Equatable, Sendable {
    /// The largest score; the gradient is that of soft weights ("straight through", Bengio et al. 2013).
    case largest
    /// In training a sample of the softmax; the gradient is that of the softmax of the noisy scores divided by the
    /// temperature (straight-through Gumbel-softmax, Jang et al. 2017). A low temperature has little bias and much
    /// variance.
    case gumbel(temperature: Float)
    /// In training a sample of the softmax, whose logarithm of the probability is recorded in the context: the loss
    /// must add ``ForwardContext/reinforcement(costs:baselines:)``, as that of a Transformer does. No bias, and more
    /// variance.
    case reinforce
  }

  private let parts: ScoredAttention
  /// Which key, and how its choice is learned.
  public let choice: Choice

  /// How well a query and a key go together.
  public var score: any ScoreFunction { parts.score }
  /// Positions that attention sees, or nil.
  public var positions: (any AttentionPositions)? { parts.positions }
  /// How far a position may look in each direction; nil: everywhere.
  public var window: Int? { parts.window }

  /// - Parameters:
  ///   - choice: which key, and how its choice is learned.
  ///   - score: how well a query and a key go together.
  ///   - positions: positions that attention sees, or nil.
  ///   - window: how far a position may look in each direction; nil: everywhere.
  /// - Throws: ``AttentionCombinationError`` for parts that make no sense together.
  public init(
    _ choice: Choice, score: any ScoreFunction = DotScore.scaled,
    positions: (any AttentionPositions)? = nil, window: Int? = nil
  ) throws {
    if case .gumbel(let temperature) = choice, !(temperature > 0 && temperature.isFinite) {
      throw AttentionCombinationError(
        combination: "a Gumbel temperature of \(temperature)",
        reason: "noisy scores are divided by it, so it must be above 0")
    }
    parts = try ScoredAttention(score: score, positions: positions, window: window)
    self.choice = choice
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { parts.children }

  /// The value of each query's chosen key, [B, T, H Kv].
  public func callAsFunction(
    _ heads: AttentionHeads, mask: AttentionMask, dropout: DropoutMask, in context: ForwardContext
  ) -> Variable {
    let call = parts.call(heads, mask: mask, in: context)
    let scores = parts.scores(call, in: context)
    let weights = chosen(scores, mask: call.mask, in: context)
    return parts.mix(Autograd.dropout(weights, dropout), call)
  }

  private func chosen(_ scores: Variable, mask: AttentionMask, in context: ForwardContext)
    -> Variable
  {
    // Asked for by all alike, so that the seeds of other layers do not depend on the choice here.
    let seed = context.nextSeed()
    switch choice {
    case .largest:
      return straightThroughLargest(attentionSoftmax(scores, mask: mask))
    case .gumbel(let temperature):
      let noisy = seed.map { addingGumbelNoise(scores, seed: $0) } ?? scores
      return straightThroughLargest(
        attentionSoftmax(noisy * (1 / temperature), mask: mask))
    case .reinforce:
      guard let seed else {
        return straightThroughLargest(attentionSoftmax(scores.detached, mask: mask))
      }
      let sample = sampledChoice(scores, mask: mask, seed: seed)
      context.record(choice: sample.logProbability)
      return Variable(sample.weights)
    }
  }

  /// 1 for the key with each query's largest score and 0 for the others, [B, H, T, S].
  public func weights(_ heads: AttentionHeads, mask: AttentionMask, in context: ForwardContext)
    -> Tensor
  {
    let call = parts.call(heads, mask: mask, in: context)
    return straightThroughLargest(parts.weights(call, in: context)).value
  }
}
