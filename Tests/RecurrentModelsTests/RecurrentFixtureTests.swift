import AttentionKit

import TestSupport
import Testing

/// Whole models against PyTorch: nn.GRU and nn.LSTM around attention, their losses, and all gradients.
@Suite struct RecurrentFixtureTests {
  private static func configuration(
    _ cell: RecurrentCell, layers: Int, change: (inout RecurrentConfiguration) -> Void
  ) -> RecurrentConfiguration {
    var configuration = RecurrentConfiguration(
      sourceVocabularySize: 31, targetVocabularySize: 29, modelDimension: 10, layerCount: layers,
      cell: cell)
    configuration.tying = .none
    configuration.hasOutputBias = true
    change(&configuration)
    return configuration
  }

  static let models: [(name: String, configuration: RecurrentConfiguration)] = [
    (
      "recurrent_fixed_vector",
      configuration(.gru, layers: 1) {
        $0.attention = .none
        $0.encoderDirection = .unidirectional
      }
    ),
    ("recurrent_luong", configuration(.lstm, layers: 2) { $0.score = .dot }),
    (
      "recurrent_luong_feeding",
      configuration(.lstm, layers: 2) {
        $0.score = .general
        $0.feedsInput = true
      }
    ),
    (
      "recurrent_bahdanau",
      configuration(.gru, layers: 1) {
        $0.attention = .bahdanau
        $0.score = .additive
        $0.directionWidth = .full
        $0.transformsContext = true
      }
    ),
  ]

  @Test(arguments: models)
  func lossesAndGradients(name: String, configuration: RecurrentConfiguration) throws {
    let fixture = try Fixture(name)
    let model = try RecurrentModel(configuration)
    // PyTorch's matrix of one head is ours of all heads.
    for item in model.parameters {
      let value = try fixture.tensor("parameter.\(item.path)")
      item.parameter.value = value.reshaped(to: item.parameter.shape)
    }
    #expect(
      fixture.names(after: "parameter.") == model.parameters.map(\.path).sorted())
    let batch = try fixture.trainingBatch("input.")

    var logits = try model.logits(batch.source, batch.decoderInput, in: .inference()).value
    for (row, token) in batch.expected.enumerated() where token < 0 {
      (logits.mutablePointer + row * 29).update(repeating: 0, count: 29)
    }
    try fixture.expectOutput(logits, "logits", relative: 3e-5)

    let context = ForwardContext.differentiating()
    let loss = try model.loss(
      batch, labelSmoothing: 0.1, normalizer: Float(batch.targetTokenCount), in: context)
    try fixture.expectOutput(loss.objective.value, "loss")
    let gradients = context.backward(from: loss.objective)
    for item in model.parameters {
      let expected = try fixture.tensor("parameter_gradient.\(item.path)")
      expectClose(
        try #require(gradients[item.parameter]).reshaped(to: expected.shape), expected,
        relative: 1e-4, item.path)
    }
  }
}
