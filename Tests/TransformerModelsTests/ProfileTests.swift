import AttentionKit
import TestSupport
import Testing

/// What a profile shows of whole models.
@Suite struct ModelProfileTests {
  private let batch = TrainingBatch(
    sources: [[4, 5, 6], [7, 8]], targets: [[9, 4], [5, 6, 7]], start: 2, end: 3)

  private func profile<Model: SequenceModel>(_ model: Model) throws -> ProfilePart {
    let profile = OperationProfile()
    _ = try GradientStep(model, batch, labelSmoothing: 0.1, seed: 1, step: 1, profile: profile)
    return profile.root
  }

  /// Of operations and scopes directly in a part.
  private func names(_ part: ProfilePart?) -> Set<String> { Set(part?.children.map(\.name) ?? []) }

  @Test(arguments: variants + familyVariants)
  func everyOperationOfATransformerIsInAComponent(_ configuration: TransformerConfiguration) throws
  {
    let root = try profile(Transformer(configuration, seed: 1))
    let flat = root.dissolving(["encoder", "decoder"])
    let components: Set = [
      "positions", "embedding", "self-attention", "cross-attention", "feed-forward", "add & norm",
      "output and loss",
    ]
    let extra: Set = configuration.normPlacement == .pre ? ["layerNorm"] : []
    // Attention that chooses adds its loss to the model's at the end.
    let own = names(flat).subtracting(components)
    if configuration.crossAttention.choice == .soft {
      #expect(own == extra)
    }
    #expect(names(flat).isSuperset(of: components))
    for name in ["self-attention", "cross-attention"] {
      #expect(
        names(flat.part(name)) == ["projections", "scores and mix", "output projection"])
      let projections = flat.part(name, "projections", "linear")
      #expect(projections?.forward.count == projections?.backward.count)
    }
    // Two encoder layers and three decoder layers, two products each.
    #expect(flat.part("feed-forward", "linear")?.forward.count == 10)
    #expect(flat.part("feed-forward", "linear")?.backward.count == 10)
    #expect(root.part("encoder")?.part("cross-attention") == nil)
  }

  // Operations are counted for the whole process, so this has one of its own.
  @Test func theProductsAreThoseThatTheFormulaCounts() async {
    await #expect(processExitsWith: .success) { try ModelProfileTests().checkProducts() }
  }

  private func checkProducts() throws {
    let configuration = smallConfiguration()
    let root = try profile(Transformer(configuration, seed: 1))
    let flat = root.dissolving(["encoder", "decoder"])
    let (rows, d, f) = (2 * 3 * 2 + 2 * 4 * 3, 10, 17)
    let feedForward = try #require(flat.part("feed-forward"))
    #expect(feedForward.forward.flops == Double(rows * 2 * 2 * d * f))
    #expect(feedForward.backward.flops == 2 * feedForward.forward.flops)
    let target = 2 * 4
    // The loss is walked back while it is computed.
    #expect(
      flat.part("output and loss")?.forward.flops
        == Double(3 * 2 * target * d * configuration.targetVocabularySize))
  }

  @Test func aRecurrentModelHasComponentsToo() throws {
    let model = try RecurrentModel(
      RecurrentConfiguration(vocabularySize: 23, modelDimension: 10, layerCount: 2), seed: 1)
    let flat = try profile(model).dissolving(["encoder", "decoder"])
    #expect(
      names(flat).isSuperset(of: ["embedding", "recurrence", "attention", "output and loss"]))
    #expect(try #require(flat.part("recurrence")).backward.flops > 0)
  }

  @Test func profilingChangesNoGradient() throws {
    let model = try Transformer(smallConfiguration { $0.dropoutRate = 0.3 }, seed: 1)
    func gradients(_ profile: OperationProfile?) throws -> [Tensor] {
      let step = try GradientStep(
        model, batch, labelSmoothing: 0.1, seed: 1, step: 1, profile: profile)
      return try model.parameters.map { try #require(step.gradients[$0.parameter]) }
    }
    for (with, without) in zip(try gradients(OperationProfile()), try gradients(nil)) {
      expectSameBits(with, without)
    }
  }

  @Test func inferenceShowsScopes() throws {
    let model = try Transformer(smallConfiguration(), seed: 1)
    let profile = OperationProfile()
    _ = try model.encode(batch.source, in: .inference(profile: profile))
    #expect(try #require(profile.root.part("encoder", "feed-forward")).total.seconds > 0)
  }
}
