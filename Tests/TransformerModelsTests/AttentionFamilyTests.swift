import AttentionKit
import Foundation
import TestSupport
import Testing

/// The attention family inside a Transformer, by configuration and by mechanisms of one's own.
@Suite struct AttentionFamilyTests {
  @Test(arguments: familyVariants)
  func everyLayerAndHeadHasExactWeights(_ configuration: TransformerConfiguration) throws {
    let model = try randomModel(configuration)
    let (source, target) = (randomSentences([7], seed: 1)[0], randomSentences([9], seed: 2)[0])
    let maps = try model.attentionWeights(source: source, decoderInput: target)
    #expect(maps.count == (2 + 2 * 3) * 2)
    for map in maps {
      let settings = map.kind == .cross ? configuration.crossAttention : configuration.selfAttention
      for row in 0..<map.weights.shape[0] {
        let weights = (0..<map.weights.shape[1]).map { map.weights[row, $0] }
        #expect(abs(weights.reduce(0, +) - 1) < 1e-5)
        if settings.choice != .soft { #expect(weights.filter { $0 == 1 }.count == 1) }
        for (column, weight) in weights.enumerated() {
          let isFar = settings.window > 0 && abs(row - column) > settings.window
          let isFuture = map.kind == .decoderSelf && column > row
          if isFar || isFuture { #expect(weight == 0) }
        }
      }
    }
  }

  @Test(arguments: familyVariants)
  func childrenAreCompleteAndModelsRepeat(_ configuration: TransformerConfiguration) throws {
    let model = try Transformer(configuration, seed: 3)
    expectChildrenComplete(model)
    let again = try Transformer(configuration, seed: 3)
    for (one, other) in zip(model.parameters, again.parameters) {
      #expect(one.path == other.path)
      expectSameBits(one.parameter.value, other.parameter.value, one.path)
    }
  }

  @Test func positionsInsideAttentionTakeAnyLength() throws {
    for configuration in positionVariants {
      let model = try randomModel(configuration)
      #expect(model.maximumLength == nil)
      // The configuration's 41 positions are for vectors that are added to embeddings.
      let long = TokenBatch(randomSentences([43], seed: 1))
      #expect(try model.logits(long, long, in: .inference()).value.shape == [1, 43, 23])
    }
    #expect(try randomModel(smallConfiguration()).maximumLength == 41)
  }

  /// T5's layers share their biases within a stack; those of Shaw et al. have vectors of their own.
  @Test func biasesAreSharedByLayers() throws {
    func paths(_ positions: TransformerConfiguration.Positions) throws -> [String] {
      let model = try Transformer(smallConfiguration { $0.positions = positions })
      return model.parameters.map(\.path).filter { $0.contains("mechanism") }
    }
    #expect(
      try paths(.t5) == [
        "encoder.layers.0.self_attention.mechanism.positions.weight",
        "decoder.layers.0.self_attention.mechanism.positions.weight",
      ])
    #expect(try paths(.relative).count == 2 * (2 + 3))
    #expect(try paths(.alibi) == [])
    #expect(try paths(.none) == [])
  }

  /// Nothing about the paper's model has changed: neither its parameters' order nor their random values.
  @Test func thePapersModelIsWhatItWas() throws {
    let model = try Transformer(smallConfiguration(), seed: 7)
    #expect(!model.parameters.contains { $0.path.contains("mechanism") })
    #expect(model.encoder.layers[0].selfAttention.mechanism is ScaledDotProductAttention)
    #expect(model.decoder.layers[2].crossAttention.mechanism is ScaledDotProductAttention)
  }

  @Test func aMechanismOfTheUsersOwnTakesItsPlace() throws {
    var sites: [AttentionSite] = []
    let model = try Transformer(smallConfiguration()) { site, generator in
      sites.append(site)
      guard site.kind == .cross, site.layer == 1 else { return nil }
      return try SoftAttention(
        score: AdditiveScore(projectedDimension: 5, headCount: 2, using: &generator))
    }
    #expect(
      sites == (0..<2).map { AttentionSite(kind: .encoderSelf, layer: $0) }
        + (0..<3).flatMap {
          [AttentionSite(kind: .decoderSelf, layer: $0), AttentionSite(kind: .cross, layer: $0)]
        })
    #expect(
      model.parameters.map(\.path).filter { $0.contains("mechanism") }
        == ["decoder.layers.1.cross_attention.mechanism.score.vector"])
    let maps = try model.attentionWeights(source: [3, 4, 5], decoderInput: [1, 6])
    #expect(maps.count == 16)
  }

  @Test func whatAMakerThrowsComesOut() {
    #expect(throws: AttentionCombinationError.self) {
      try Transformer(smallConfiguration()) { _, _ in try SoftAttention(window: -3) }
    }
  }

  /// Hard attention that is drawn at random: the loss keeps its value and gets REINFORCE's gradient.
  @Test func drawnAttentionLearnsByREINFORCE() throws {
    let model = try randomModel(smallConfiguration { $0.crossAttention.choice = .reinforce })
    let batch = randomBatch([7, 3, 9], [5, 4, 1])
    func run(step: Int) throws -> (loss: TrainingLoss, gradients: Gradients) {
      let context = ForwardContext.training(seed: 4, step: step)
      let loss = try model.loss(
        batch, labelSmoothing: 0.1, normalizer: Float(batch.targetTokenCount), in: context)
      #expect(context.choices.count == 3)
      #expect(context.choices.allSatisfy { $0.shape == [3] })
      return (loss, context.backward(from: loss.objective))
    }
    let first = try run(step: 0)
    #expect(first.loss.objective.value.scalar > 0)
    let query = model.decoder.layers[0].crossAttention.queryProjection.weight
    let gradient = try #require(first.gradients[query])
    #expect(gradient.scalars.contains { $0 != 0 })
    #expect(gradient.scalars.allSatisfy { $0.isFinite })
    expectSameBits(try #require(run(step: 0).gradients[query]), gradient)
    let other = try #require(run(step: 1).gradients[query])
    #expect(other != gradient)
    // Outside of training nothing is drawn and nothing more is computed.
    let context = ForwardContext.inference()
    _ = try model.loss(batch, labelSmoothing: 0, normalizer: 1, in: context)
    #expect(context.choices.isEmpty)
  }

  /// What REINFORCE adds is (loss - greedy loss) ∇ log p of the choices, here for one sequence.
  @Test func theBaselineIsTheGreedyLoss() throws {
    let model = try randomModel(smallConfiguration { $0.crossAttention.choice = .reinforce })
    let batch = randomBatch([7], [5])
    func loss(_ context: ForwardContext) throws -> Variable {
      try model.loss(batch, labelSmoothing: 0.1, normalizer: 2, in: context).objective
    }
    let context = ForwardContext.training(seed: 4)
    let found = context.backward(from: try loss(context))

    let other = ForwardContext.training(seed: 4)
    let memory = try model.encode(batch.source, in: other)
    let hidden = try model.decode(batch.decoderInput, memory: memory, in: other)
    let sampled = model.outputProjection.crossEntropy(
      hidden, expected: batch.expected, labelSmoothing: 0.1, normalizer: 2, in: other
    ).loss
    let greedy = try loss(.inference()).value.scalar
    #expect(abs(sampled.value.scalar - greedy) > 1e-3)
    let added = try #require(
      other.reinforcement(costs: [sampled.value.scalar], baselines: [greedy]))
    let expected = other.backward(from: sampled + added)
    for item in model.parameters {
      expectClose(
        try #require(found[item.parameter]), try #require(expected[item.parameter]),
        relative: 1e-4, item.path)
    }
  }

  @Test func windowsMakeAttentionCheaper() {
    var configuration = TransformerConfiguration.base(vocabularySize: 1000)
    let full = TransformerCost(configuration, sourceLength: 1000, targetLength: 1000)
    configuration.selfAttention.window = 10
    let restricted = TransformerCost(configuration, sourceLength: 1000, targetLength: 1000)
    #expect(restricted.attention < full.attention / 2)
    #expect(restricted.projections == full.projections)
    configuration.selfAttention.window = 2000
    #expect(
      TransformerCost(configuration, sourceLength: 1000, targetLength: 1000).attention
        == full.attention)
  }
}

@Suite struct AttentionConfigurationTests {
  typealias Change = @Sendable (inout TransformerConfiguration) -> Void

  /// Every combination is built, or refused with the field that is wrong and the reason.
  @Test(
    arguments: TransformerConfiguration.Positions.allCases, AttentionConfiguration.Score.allCases)
  func everyCombinationWorksOrIsRefused(
    _ positions: TransformerConfiguration.Positions, _ score: AttentionConfiguration.Score
  ) throws {
    for choice in AttentionConfiguration.Choice.allCases {
      let configuration = smallConfiguration {
        $0.positions = positions
        $0.keyDimension = 4
        $0.selfAttention.score = score
        $0.selfAttention.choice = choice
        $0.selfAttention.window = choice == .largest ? 2 : 0
        $0.crossAttention.score = score
        $0.crossAttention.choice = choice
      }
      let makesSense =
        switch positions {
        case .relative: score == .dot || score == .scaledDot
        case .rotary: score != .general && score != .additive
        default: true
        }
      if makesSense {
        let model = try Transformer(configuration)
        let maps = try model.attentionWeights(source: [3, 4, 5], decoderInput: [1, 6])
        #expect(maps.count == 16)
      } else {
        let error = try #require(throws: ConfigurationError.self) {
          try Transformer(configuration)
        }
        #expect(error.field == "selfAttention.score" && error.found == score.rawValue)
        #expect(error.expected.contains(positions.rawValue))
      }
    }
  }

  static let refusals: [(String, Change)] = [
    ("keyDimension", { $0.positions = .rotary }),
    ("crossAttention.window", { $0.crossAttention.window = 3 }),
    ("selfAttention.window", { $0.selfAttention.window = -1 }),
    ("selfAttention.cosineTemperature", { $0.selfAttention.cosineTemperature = 0 }),
    ("crossAttention.gumbelTemperature", { $0.crossAttention.gumbelTemperature = .nan }),
    ("attentionPositions.reach", { $0.attentionPositions.reach = -1 }),
    ("attentionPositions.bucketCount", { $0.attentionPositions.bucketCount = 7 }),
    ("attentionPositions.bucketDistance", { $0.attentionPositions.bucketDistance = 16 }),
    ("attentionPositions.rotaryBase", { $0.attentionPositions.rotaryBase = 1 }),
    (
      "attentionDropoutRate",
      {
        $0.attentionDropoutRate = 0.1
        $0.crossAttention.choice = .largest
      }
    ),
  ]

  @Test(arguments: refusals.indices)
  func numbersOutOfRangeAreRefused(_ index: Int) throws {
    let (field, change) = Self.refusals[index]
    let error = try #require(throws: ConfigurationError.self) {
      try smallConfiguration(change).validate()
    }
    #expect(error.field == field)
  }

  @Test(arguments: variants + familyVariants)
  func configurationsSurviveJSON(_ configuration: TransformerConfiguration) throws {
    let data = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(TransformerConfiguration.self, from: data) == configuration)
  }

  /// Files from before the family had a name for it.
  @Test func oldFilesMeanThePapersAttention() throws {
    let old = """
      {"sourceVocabularySize": 29, "targetVocabularySize": 23, "encoderLayerCount": 2,
       "decoderLayerCount": 3, "modelDimension": 10, "feedForwardDimension": 17, "headCount": 2,
       "keyDimension": 5, "valueDimension": 4, "dropoutRate": 0.2, "attentionDropoutRate": 0.25,
       "activationDropoutRate": 0.5, "activation": "silu", "normPlacement": "pre",
       "normEpsilon": 0.00001, "tying": "none", "positions": "learned", "maximumLength": 41}
      """
    let found = try JSONDecoder().decode(TransformerConfiguration.self, from: Data(old.utf8))
    var expected = TransformerConfiguration(sourceVocabularySize: 29, targetVocabularySize: 23)
    expected.encoderLayerCount = 2
    expected.decoderLayerCount = 3
    expected.modelDimension = 10
    expected.feedForwardDimension = 17
    expected.headCount = 2
    expected.keyDimension = 5
    expected.valueDimension = 4
    expected.dropoutRate = 0.2
    expected.attentionDropoutRate = 0.25
    expected.activationDropoutRate = 0.5
    expected.activation = .silu
    expected.normPlacement = .pre
    expected.normEpsilon = 0.00001
    expected.tying = .none
    expected.positions = .learned
    expected.maximumLength = 41
    #expect(found == expected)
    #expect(found.selfAttention == AttentionConfiguration())
  }

  @Test(arguments: [
    ("\"positions\"", "\"postions\""), ("\"headCount\"", "\"heads\""),
    ("\"window\"", "\"windows\""), ("\"reach\"", "\"reech\""),
  ])
  func namesAreStrict(_ right: String, _ wrong: String) throws {
    let text = String(
      decoding: try JSONEncoder().encode(smallConfiguration()), as: UTF8.self)
    #expect(text.contains(right))
    let changed = text.replacingOccurrences(of: right, with: wrong)
    let error = try #require(throws: Swift.DecodingError.self) {
      try JSONDecoder().decode(TransformerConfiguration.self, from: Data(changed.utf8))
    }
    #expect("\(error)".contains(wrong.replacingOccurrences(of: "\"", with: "")))
  }

  /// A part that names some keys keeps the defaults of the others.
  @Test func partsOfAConfigurationAreEnough() throws {
    let attention = try JSONDecoder().decode(
      AttentionConfiguration.self, from: Data("{\"score\": \"cosine\"}".utf8))
    var expected = AttentionConfiguration()
    expected.score = .cosine
    #expect(attention == expected)
    let positions = try JSONDecoder().decode(
      AttentionPositionConfiguration.self, from: Data("{\"reach\": 4}".utf8))
    #expect(positions.reach == 4 && positions.bucketCount == 32)
  }
}
