/// The floating-point operations of a Transformer's forward pass for one pair of sequences, a multiplication
/// with an addition counted as 2. Only matrix products count; norms, softmax and activations are a few percent.
public struct TransformerCost: Equatable, Sendable {
  /// Projections of queries, keys, values and outputs.
  public let projections: Double
  /// Scores and the mix of values; a causal mask lets half of them be skipped.
  public let attention: Double
  /// Both products of the feed-forward layers.
  public let feedForward: Double
  /// The projection to the vocabulary.
  public let vocabulary: Double
  private let targetLength: Int

  /// The operations for one source and one target of given lengths.
  public init(_ model: TransformerConfiguration, sourceLength: Int, targetLength: Int) {
    let (s, t) = (Double(sourceLength), Double(targetLength))
    let (d, f) = (Double(model.modelDimension), Double(model.feedForwardDimension))
    let keys = Double(model.headCount * model.keyDimension)
    let values = Double(model.headCount * model.valueDimension)
    let (encoders, decoders) = (
      Double(model.encoderLayerCount), Double(model.decoderLayerCount)
    )
    let width = keys + values
    // Queries and outputs for one side, keys and values for the other.
    func projections(_ queries: Double, _ memory: Double) -> Double {
      2 * d * width * (queries + memory)
    }
    self.projections =
      encoders * projections(s, s) + decoders * (projections(t, t) + projections(t, s))
    // Pairs of a query and a key that self-attention looks at; about 2 r + 1 keys with a window of r.
    let reach = model.selfAttention.window == 0 ? .infinity : Double(model.selfAttention.window)
    let encoderPairs = s * min(s, 2 * reach + 1)
    let decoderPairs = t * min(t / 2, reach + 1)
    attention = 2 * width * (encoders * encoderPairs + decoders * (decoderPairs + t * s))
    feedForward = 4 * d * f * (encoders * s + decoders * t)
    vocabulary = 2 * d * Double(model.targetVocabularySize) * t
    self.targetLength = targetLength
  }

  /// All operations of the forward pass.
  public var total: Double { projections + attention + feedForward + vocabulary }
  /// The forward and the backward pass: 3 times the forward pass, but for attention 3.5 times, because its tiles compute
  /// the scores again on the way back.
  public var trainingStep: Double { 3 * (total - attention) + 3.5 * attention }
  /// The forward pass for each target token.
  public var perTargetToken: Double { total / Double(max(1, targetLength)) }
}
