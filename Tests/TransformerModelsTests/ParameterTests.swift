import AttentionKit
import Kernels
import TestSupport
import Testing

@Suite struct ParameterTests {
  /// The parameters of the paper's model, counted from its sections: four projections of attention with
  /// biases, two products of the feed-forward layer with biases, 2 norms an encoder layer and 3 a decoder layer.
  private func count(_ c: TransformerConfiguration) -> Int {
    let (d, f) = (c.modelDimension, c.feedForwardDimension)
    let (k, v) = (c.headCount * c.keyDimension, c.headCount * c.valueDimension)
    let attention = 2 * (d * k + k) + (d * v + v) + (v * d + d)
    let feedForward = d * f + f + f * d + d
    let norm = 2 * d
    let encoder = c.encoderLayerCount * (attention + feedForward + 2 * norm)
    let decoder = c.decoderLayerCount * (2 * attention + feedForward + 3 * norm)
    let final = c.normPlacement == .pre ? 2 * norm : 0
    let positions = c.positions == .learned ? c.maximumLength * d : 0
    let matrices =
      switch c.tying {
      case .all: c.targetVocabularySize
      case .decoder: c.sourceVocabularySize + c.targetVocabularySize
      case .none: c.sourceVocabularySize + 2 * c.targetVocabularySize
      }
    return encoder + decoder + final + positions + matrices * d
  }

  @Test(arguments: variants)
  func modelsHaveAsManyAsTheSectionsSay(_ configuration: TransformerConfiguration) throws {
    let model = try Transformer(configuration)
    #expect(model.parameterCount == count(configuration))
    expectChildrenComplete(model)
  }

  @Test(arguments: [
    (TransformerConfiguration.base(vocabularySize: 32_000), 60_522_496),
    (.base(vocabularySize: 37_000), 63_082_496),
    (.big(vocabularySize: 37_000), 214_245_376),
  ])
  func presetsHaveThePublishedNumber(_ configuration: TransformerConfiguration, expected: Int) {
    #expect(count(configuration) == expected)
    #expect(configuration.headCount * configuration.keyDimension == configuration.modelDimension)
  }

  /// Whole models, not only their formula.
  @Test func tinyHasItsNumber() throws {
    let configuration = TransformerConfiguration.tiny(vocabularySize: 64)
    #expect(try Transformer(configuration).parameterCount == count(configuration))
  }

  @Test(.enabled(if: isReleaseBuild, "60 million random numbers"))
  func baseHasItsNumber() throws {
    let model = try Transformer(.base(vocabularySize: 32_000))
    #expect(model.parameterCount == 60_522_496)
  }

  /// The paper rounds to millions and its vocabulary is "about 37000"; what it prints is up to 7 % more.
  @Test(arguments: PaperVariant.all)
  func variantsHaveWhatThePaperPrints(_ variant: PaperVariant) throws {
    try variant.configuration.validate()
    guard let printed = variant.reportedMillionParameters else { return }
    let millions = Double(count(variant.configuration)) / 1e6
    #expect(abs(millions - Double(printed)) < 0.07 * Double(printed), "\(variant.name)")
  }

  @Test func pathsAreTheSchemeOfCheckpoints() throws {
    let model = try Transformer(smallConfiguration { $0.normPlacement = .pre })
    let paths = Set(model.parameters.map(\.path))
    for path in [
      "source_embedding.weight", "encoder.layers.0.self_attention.query.weight",
      "encoder.layers.1.self_attention.output.bias", "encoder.layers.0.self_attention_norm.weight",
      "encoder.layers.0.feed_forward.inner.weight", "encoder.layers.0.feed_forward.outer.bias",
      "encoder.layers.0.feed_forward_norm.bias", "encoder.final_norm.weight",
      "decoder.layers.2.self_attention.key.weight", "decoder.layers.2.cross_attention.value.weight",
      "decoder.layers.2.cross_attention_norm.bias", "decoder.final_norm.bias",
    ] {
      #expect(paths.contains(path), "\(path)")
    }
    #expect(!paths.contains("target_embedding.weight"))
    #expect(!paths.contains("output_projection.weight"))
  }

  /// Tied by mutation: what one matrix is set to, its twins are.
  @Test(arguments: TransformerConfiguration.Tying.allCases)
  func tying(_ tying: TransformerConfiguration.Tying) throws {
    let model = try Transformer(smallConfiguration { $0.tying = tying })
    let matrices = [model.sourceEmbedding, model.targetEmbedding, model.outputProjection]
      .map(\.weight)
    let source = TokenBatch([[3, 4]])
    func outputs() throws -> (memory: Tensor, logits: Tensor) {
      (
        try model.encode(source, in: .inference()).output.value,
        try model.logits(source, TokenBatch([[1, 5]]), in: .inference()).value
      )
    }
    let before = try outputs()
    // Column 7 of the logits is row 7 of the output projection; no token 7 is read. A constant would change nothing: what
    // the row is multiplied by has the mean 0.
    for column in 0..<10 { matrices[2].value[7, column] += Float(column) }
    let after = try outputs()
    #expect(after.logits != before.logits)
    #expect(after.memory == before.memory)
    #expect((matrices[1].value[7, 0] == matrices[2].value[7, 0]) == (tying != .none))
    #expect((matrices[0].value[7, 0] == matrices[2].value[7, 0]) == (tying == .all))
    // Token 5 is read by the decoder alone.
    for column in 0..<10 { matrices[1].value[5, column] += Float(column) }
    let last = try outputs()
    #expect(last.logits != after.logits)
    #expect((last.logits[0, 0, 5] != after.logits[0, 0, 5]) == (tying != .none))
    #expect((matrices[0].value[5, 0] == matrices[1].value[5, 0]) == (tying == .all))
  }

  @Test func sameSeedSameModel() throws {
    let first = try Transformer(smallConfiguration(), seed: 3)
    let second = try Transformer(smallConfiguration(), seed: 3)
    let other = try Transformer(smallConfiguration(), seed: 4)
    for (index, item) in first.parameters.enumerated() {
      expectSameBits(second.parameters[index].parameter.value, item.parameter.value, item.path)
    }
    #expect(
      other.sourceEmbedding.weight.value != first.sourceEmbedding.weight.value)
  }
}
