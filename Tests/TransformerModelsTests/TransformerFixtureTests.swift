import AttentionKit
import Kernels
import TestSupport
import Testing

/// Layers and whole models against PyTorch's nn.TransformerEncoderLayer and nn.TransformerDecoderLayer.
@Suite struct TransformerFixtureTests {
  /// The size of the fixtures.
  static func configuration(_ placement: NormPlacement) -> TransformerConfiguration {
    var configuration = TransformerConfiguration.base(vocabularySize: 29)
    configuration.encoderLayerCount = 2
    configuration.decoderLayerCount = 2
    configuration.resize(modelDimension: 15, feedForwardDimension: 23, headCount: 3)
    configuration.normEpsilon = 1e-5
    configuration.normPlacement = placement
    configuration.maximumLength = 19
    return configuration
  }

  @Test(arguments: NormPlacement.allCases)
  func encoderLayer(_ placement: NormPlacement) throws {
    var generator = SeededGenerator(seed: 1)
    let layer = EncoderLayer(Self.configuration(placement), using: &generator)
    let fixture = try Fixture("encoder_layer_\(placement.rawValue)")
    let mask = AttentionMask.padding(keyLengths: try fixture.integers("input.lengths"))
    try fixture.check(layer, inputs: ["x"], relative: 3e-5) { inputs, context in
      layer(inputs[0], mask: mask, in: context)
    }
  }

  @Test(arguments: NormPlacement.allCases)
  func decoderLayer(_ placement: NormPlacement) throws {
    var generator = SeededGenerator(seed: 2)
    let layer = DecoderLayer(Self.configuration(placement), using: &generator)
    let fixture = try Fixture("decoder_layer_\(placement.rawValue)")
    let selfMask = AttentionMask.causal.intersection(
      .padding(keyLengths: try fixture.integers("input.lengths")))
    let crossMask = AttentionMask.padding(
      keyLengths: try fixture.integers("input.memory_lengths"))
    try fixture.check(layer, inputs: ["x", "memory"], relative: 3e-5) { inputs, context in
      layer(
        inputs[0], memory: inputs[1], selfMask: selfMask, crossMask: crossMask, in: context)
    }
  }

  @Test(arguments: ["transformer", "transformer_pre_norm", "transformer_untied"])
  func wholeModel(_ name: String) throws {
    var configuration = Self.configuration(name == "transformer_pre_norm" ? .pre : .post)
    if name != "transformer" {
      configuration.sourceVocabularySize = 31
      configuration.tying = name == "transformer_untied" ? .none : .decoder
      configuration.activation = name == "transformer_untied" ? .silu : .geluExact
      configuration.positions = name == "transformer_untied" ? .sinusoidal : .learned
    }
    let model = try Transformer(configuration)
    let fixture = try Fixture(name)
    try fixture.load(into: model)
    let batch = try fixture.trainingBatch("input.")

    var logits = try model.logits(batch.source, batch.decoderInput, in: .inference()).value
    let width = 29
    for (row, token) in batch.expected.enumerated() where token < 0 {
      (logits.mutablePointer + row * width).update(repeating: 0, count: width)
    }
    try fixture.expectOutput(logits, "logits", relative: 3e-5)

    let context = ForwardContext.differentiating()
    let loss = try model.loss(
      batch, labelSmoothing: 0.1, normalizer: Float(batch.targetTokenCount), in: context)
    try fixture.expectOutput(loss.objective.value, "loss")
    try fixture.expectGradients(
      context.backward(from: loss.objective), parameters: model.parameters, relative: 1e-4)
  }

  /// Section 5.3 from its first ten steps: the model, the smoothed loss, the warm-up schedule and Adam.
  @Test func tenTrainingLosses() throws {
    let model = try Transformer(Self.configuration(.post))
    let fixture = try Fixture("training")
    try fixture.load(into: model)
    let losses = try fixture.tensor("output.losses").scalars
    let rates = try fixture.tensor("output.learning_rates").scalars
    let schedule = LearningRateSchedule(
      .paper, warmupSteps: try fixture.integers("input.warmup")[0])
    let optimizer = Adam(model.parameters)
    for step in 1...10 {
      let batch = try fixture.trainingBatch("input.\(step).")
      let context = ForwardContext.differentiating()
      let loss = try model.loss(
        batch, labelSmoothing: 0.1, normalizer: Float(batch.targetTokenCount), in: context)
      let difference = abs(loss.objective.value.scalar - losses[step - 1])
      #expect(difference < 1e-5 * losses[step - 1], "step \(step)")
      let rate = schedule.rate(at: step, modelDimension: 15, totalSteps: 10)
      #expect(abs(rate - rates[step - 1]) < 1e-6 * rate)
      let report = optimizer.update(context.backward(from: loss.objective), learningRate: rate)
      #expect(report.withoutGradient == [])
    }
    for item in model.parameters where !item.path.hasSuffix("key.bias") {
      // Gradients near 0 become whole updates under Adam, whatever their rounding: the sum of the rates is
      // how far a parameter can go. A key projection's bias has no other gradient than rounding.
      expectClose(
        item.parameter.value, try fixture.tensor("output.parameter.\(item.path)"),
        absolute: 1e-4, relative: 1e-4, item.path)
    }
  }
}
