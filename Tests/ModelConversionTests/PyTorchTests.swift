import AttentionKit
import TestSupport
import Testing

@Suite struct PyTorchTests {
  private var generator = SeededGenerator(seed: 1)

  /// The size of the fixtures' layers.
  private func configuration(_ preset: TransformerPreset = .pytorch) -> TransformerConfiguration {
    var configuration = TransformerConfiguration(
      sourceVocabularySize: 11, targetVocabularySize: 13)
    configuration.adopt(preset)
    configuration.resize(modelDimension: 14, feedForwardDimension: 17, headCount: 2)
    configuration.encoderLayerCount = 2
    configuration.decoderLayerCount = 2
    configuration.maximumLength = 16
    return configuration
  }

  @Test mutating func linear() throws {
    let layer = Linear(inputDimension: 5, outputDimension: 7, using: &generator)
    try ModuleFixture("linear", .pyTorchLinear).check(layer) { layer($0[0], in: $1) }
  }

  @Test func layerNorm() throws {
    let layer = LayerNorm(dimension: 11, epsilon: 1e-5)
    try ModuleFixture("layer_norm", .pyTorchLayerNorm).check(layer) { layer($0[0], in: $1) }
  }

  @Test mutating func embedding() throws {
    let layer = TiedEmbedding(
      vocabularySize: 11, modelDimension: 5, factor: 1, using: &generator)
    let fixture = try ModuleFixture("embedding", .pyTorchEmbedding)
    let tokens = try fixture.expected.tokens("input.x")
    try fixture.check(layer, inputs: []) { layer.embed(tokens, shape: [2, 3], in: $1) }
  }

  @Test mutating func multiHeadAttention() throws {
    let layer = MultiHeadAttention(modelDimension: 14, headCount: 2, using: &generator)
    try ModuleFixture("multi_head_attention", .pyTorchMultiHeadAttention).check(layer) {
      layer($0[0], in: $1)
    }
  }

  @Test mutating func multiHeadAttentionOfOtherWidths() throws {
    let layer = MultiHeadAttention(
      modelDimension: 14, headCount: 2, keyInputDimension: 7, valueInputDimension: 9,
      using: &generator)
    try ModuleFixture("multi_head_attention_widths", .pyTorchMultiHeadAttentionOfOtherWidths)
      .check(layer, inputs: ["query", "key", "value"]) {
        layer(query: $0[0], key: $0[1], value: $0[2], in: $1)
      }
  }

  @Test(arguments: [("encoder_layer", NormPlacement.post), ("encoder_layer_pre", .pre)])
  mutating func encoderLayer(name: String, placement: NormPlacement) throws {
    var configuration = configuration()
    configuration.normPlacement = placement
    let layer = EncoderLayer(configuration, using: &generator)
    try ModuleFixture(name, .pyTorchEncoderLayer).check(layer) {
      layer($0[0], mask: .none, in: $1)
    }
  }

  @Test mutating func decoderLayer() throws {
    let layer = DecoderLayer(configuration(), using: &generator)
    try ModuleFixture("decoder_layer", .pyTorchDecoderLayer).check(
      layer, inputs: ["x", "memory"]
    ) {
      layer($0[0], memory: $0[1], selfMask: .causal, crossMask: .none, in: $1)
    }
  }

  /// `nn.Transformer` as it is by default, and pre-norm with a tied projection.
  @Test(arguments: [("transformer", false), ("transformer_tied", true)])
  func transformer(name: String, isTied: Bool) throws {
    var configuration = configuration()
    if isTied {
      configuration.normPlacement = .pre
      configuration.tying = .decoder
    }
    let model = try Transformer(configuration)
    let fixture = try ModuleFixture(name, .pyTorchTransformer(configuration))
    let (source, target) = (
      try fixture.expected.tokenBatch("source"), try fixture.expected.tokenBatch("target")
    )
    // What stands in padding is nobody's business; its gradient is 0 on both sides.
    let real = Tensor(
      target.lengths.flatMap { length in
        (0..<target.maximumLength).flatMap {
          [Float](repeating: $0 < length ? 1 : 0, count: configuration.targetVocabularySize)
        }
      }, shape: [2, target.maximumLength, configuration.targetVocabularySize])
    let expected = try fixture.expected.tensor("output.y")
    try fixture.check(model, inputs: []) { _, context in
      let logits = try model.logits(source, target, in: context)
      let known = Variable(real)
      let rest = Variable(
        Tensor(zip(expected.scalars, real.scalars).map { $0 * (1 - $1) }, shape: expected.shape))
      return logits * known + rest
    }
  }

  @Test(arguments: [("lstm", RecurrentCell.lstm), ("gru", .gru)])
  mutating func recurrence(name: String, cell: RecurrentCell) throws {
    var configuration = RecurrentConfiguration(vocabularySize: 3)
    configuration.cell = cell
    configuration.modelDimension = 14
    configuration.encoderLayerCount = 2
    configuration.encoderDirection = .bidirectional
    configuration.dropoutRate = 0
    let encoder = RecurrentEncoder(configuration, using: &generator)
    try ModuleFixture(name, .pyTorchRecurrence(layerCount: 2, isBidirectional: true)).check(
      encoder
    ) {
      encoder($0[0], lengths: [6, 6], in: $1).output
    }
  }
}
