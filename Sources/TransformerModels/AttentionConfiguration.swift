/// How one kind of attention of a Transformer computes its weights. The defaults are the paper's.
public struct AttentionConfiguration: Codable, Equatable, Sendable {
  /// How well a query and a key go together; both come projected.
  public enum Score: String, Codable, Sendable, CaseIterable {
    /// q · k / √K (section 3.2.1)
    case scaledDot
    /// q · k
    case dot
    /// qᵀ W k with a matrix for each head.
    case general
    /// vᵀ tanh(q + k) with a vector for each head.
    case additive
    /// cos(q, k) / τ with a learned temperature for each head.
    case cosine
  }

  /// How weights follow from scores.
  public enum Choice: String, Codable, Sendable, CaseIterable {
    /// All keys, by softmax.
    case soft
    /// One key, the one with the largest score, learned straight through.
    case largest
    /// One key, in training drawn with Gumbel noise and learned straight through.
    case gumbel
    /// One key, in training drawn from the softmax and learned by REINFORCE. Each sequence's baseline is its loss
    /// when every query looks at its largest score, so an update takes another forward pass.
    case reinforce
  }

  /// How well a query and a key go together.
  public var score = Score.scaledDot
  /// How weights follow from scores.
  public var choice = Choice.soft
  /// How far a position may look in each direction (section 4, restricted self-attention); 0: everywhere.
  public var window = 0
  /// τ of cosine scores at first.
  public var cosineTemperature: Float = 0.1
  /// What noisy scores are divided by in Gumbel's choice.
  public var gumbelTemperature: Float = 1

  /// The paper's: scaled dot products, soft, everywhere.
  public init() {}

  /// Keys that are missing keep their defaults; one that is unknown is an error.
  public init(from decoder: any Swift.Decoder) throws {
    try decoder.refuseUnknownKeys(CodingKeys.self)
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    score = try values.decodeIfPresent(Score.self, forKey: .score) ?? score
    choice = try values.decodeIfPresent(Choice.self, forKey: .choice) ?? choice
    window = try values.decodeIfPresent(Int.self, forKey: .window) ?? window
    cosineTemperature =
      try values.decodeIfPresent(Float.self, forKey: .cosineTemperature) ?? cosineTemperature
    gumbelTemperature =
      try values.decodeIfPresent(Float.self, forKey: .gumbelTemperature) ?? gumbelTemperature
  }

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case score, choice, window, cosineTemperature, gumbelTemperature
  }
}

/// The numbers of positions that attention sees.
public struct AttentionPositionConfiguration: Codable, Equatable, Sendable {
  /// Relative positions: distances beyond are clipped; k of Shaw et al., whose base model has 16.
  public var reach = 16
  /// Relative positions: whether all heads of a layer have the same vectors.
  public var areSharedByHeads = false
  /// T5: the number of buckets.
  public var bucketCount = 32
  /// T5: distances from here on share a bucket.
  public var bucketDistance = 128
  /// Rotary positions: the base of the wave lengths.
  public var rotaryBase = 10_000.0

  /// The papers' numbers.
  public init() {}

  /// Keys that are missing keep their defaults; one that is unknown is an error.
  public init(from decoder: any Swift.Decoder) throws {
    try decoder.refuseUnknownKeys(CodingKeys.self)
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    reach = try values.decodeIfPresent(Int.self, forKey: .reach) ?? reach
    areSharedByHeads =
      try values.decodeIfPresent(Bool.self, forKey: .areSharedByHeads) ?? areSharedByHeads
    bucketCount = try values.decodeIfPresent(Int.self, forKey: .bucketCount) ?? bucketCount
    bucketDistance =
      try values.decodeIfPresent(Int.self, forKey: .bucketDistance) ?? bucketDistance
    rotaryBase = try values.decodeIfPresent(Double.self, forKey: .rotaryBase) ?? rotaryBase
  }

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case reach, areSharedByHeads, bucketCount, bucketDistance, rotaryBase
  }
}
