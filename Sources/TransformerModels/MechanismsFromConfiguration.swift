internal import AttentionLayers
internal import CoreLayers
internal import SequenceModels
internal import Tensors

extension TransformerConfiguration {
  /// Positions that self-attention sees, or nil where they are added to embeddings or there are none.
  func makeAttentionPositions(
    _ kind: AttentionMap.Kind, using generator: inout SeededGenerator
  ) throws -> (any AttentionPositions)? {
    switch positions {
    case .sinusoidal, .learned, .none: nil
    case .relative:
      RelativePositions(
        reach: attentionPositions.reach, headCount: headCount, keyDimension: keyDimension,
        valueDimension: valueDimension, areShared: attentionPositions.areSharedByHeads,
        using: &generator)
    case .rotary:
      try RotaryPositions(keyDimension: keyDimension, base: attentionPositions.rotaryBase)
    case .alibi: LinearBiases(headCount: headCount)
    case .t5:
      BucketedBiases(
        headCount: headCount, bucketCount: attentionPositions.bucketCount,
        maximumDistance: attentionPositions.bucketDistance,
        isBidirectional: kind == .encoderSelf, using: &generator)
    }
  }

  /// - Throws: ``AttentionCombinationError``
  func makeMechanism(
    _ kind: AttentionMap.Kind, positions: (any AttentionPositions)?,
    using generator: inout SeededGenerator
  ) throws -> any AttentionMechanism {
    let settings = kind == .cross ? crossAttention : selfAttention
    if settings.score == .scaledDot && settings.choice == .soft && settings.window == 0
      && positions == nil
    {
      return ScaledDotProductAttention()
    }
    let score = makeScore(settings, using: &generator)
    let window = settings.window == 0 ? nil : settings.window
    let choice: HardAttention.Choice
    switch settings.choice {
    case .soft: return try SoftAttention(score: score, positions: positions, window: window)
    case .largest: choice = .largest
    case .gumbel: choice = .gumbel(temperature: settings.gumbelTemperature)
    case .reinforce: choice = .reinforce
    }
    return try HardAttention(choice, score: score, positions: positions, window: window)
  }

  private func makeScore(
    _ settings: AttentionConfiguration, using generator: inout SeededGenerator
  ) -> any ScoreFunction {
    switch settings.score {
    case .scaledDot: DotScore.scaled
    case .dot: DotScore()
    case .general:
      GeneralScore(
        queryDimension: keyDimension, keyDimension: keyDimension, headCount: headCount,
        using: &generator)
    case .additive:
      AdditiveScore(projectedDimension: keyDimension, headCount: headCount, using: &generator)
    case .cosine:
      CosineScore(temperature: settings.cosineTemperature, headCount: headCount)
    }
  }

  /// Makes sure that the parts of each attention make sense together.
  func validateAttention() throws {
    func refuse(_ field: String, _ expected: String, _ found: Any) -> ConfigurationError {
      ConfigurationError(field: field, expected: expected, found: "\(found)")
    }
    for (name, settings) in [("selfAttention", selfAttention), ("crossAttention", crossAttention)] {
      for (field, value) in [
        ("cosineTemperature", settings.cosineTemperature),
        ("gumbelTemperature", settings.gumbelTemperature),
      ] where !(value > 0 && value.isFinite) {
        throw refuse("\(name).\(field)", "a number above 0", value)
      }
      if settings.window < 0 || settings.window > 1 << 24 {
        throw refuse(
          "\(name).window", "0 for everywhere, or how far a position may look", settings.window)
      }
      if settings.choice != .soft && attentionDropoutRate > 0 {
        throw refuse(
          "attentionDropoutRate",
          "0 where \(name).choice is \"\(settings.choice.rawValue)\": a query that looks at one key "
            + "sees nothing when that is dropped", attentionDropoutRate)
      }
    }
    if crossAttention.window != 0 {
      throw refuse(
        "crossAttention.window",
        "0: a position of the target has no place in the source that others could be near to",
        crossAttention.window)
    }
    let numbers = attentionPositions
    if numbers.reach < 0 || numbers.reach > 1 << 16 {
      throw refuse("attentionPositions.reach", "a number from 0 to \(1 << 16)", numbers.reach)
    }
    if numbers.bucketCount < 4 || numbers.bucketCount % 2 != 0 || numbers.bucketCount > 1 << 16 {
      throw refuse(
        "attentionPositions.bucketCount", "an even number from 4 to \(1 << 16)",
        numbers.bucketCount)
    }
    if numbers.bucketDistance <= numbers.bucketCount / 2 || numbers.bucketDistance > 1 << 24 {
      throw refuse(
        "attentionPositions.bucketDistance",
        "more than the \(numbers.bucketCount / 2) distances that have buckets of their own",
        numbers.bucketDistance)
    }
    if !(numbers.rotaryBase > 1 && numbers.rotaryBase.isFinite) {
      throw refuse("attentionPositions.rotaryBase", "a number above 1", numbers.rotaryBase)
    }
    if positions == .rotary && keyDimension % 2 != 0 {
      throw refuse(
        "keyDimension", "an even number with rotary positions, which turn dimensions in pairs",
        keyDimension)
    }
    do {
      // Positions of the smallest size: only what kind they are matters here.
      var small = self
      small.resize(modelDimension: 2, feedForwardDimension: 1, headCount: 1)
      small.attentionPositions = AttentionPositionConfiguration()
      var generator = SeededGenerator(seed: 0)
      let kind = AttentionMap.Kind.decoderSelf
      _ = try small.makeMechanism(
        kind, positions: small.makeAttentionPositions(kind, using: &generator), using: &generator)
    } catch let error as AttentionCombinationError {
      throw refuse(
        "selfAttention.score",
        "a score function that goes with \"\(positions.rawValue)\" positions: \(error.reason)",
        selfAttention.score.rawValue)
    }
  }
}
