import AttentionKit
import Kernels
import TestSupport
import Testing

/// Against the transformers library's BertModel; Tests/Fixtures/make_bert.py asked it.
@Suite struct BERTFixtureTests {
  /// The shape of the fixture's models.
  static func configuration(isPlain: Bool) -> BERTConfiguration {
    var configuration = BERTConfiguration(vocabularySize: 34)
    configuration.maximumLength = 19
    configuration.layerCount = isPlain ? 1 : 2
    configuration.modelDimension = 15
    configuration.feedForwardDimension = 23
    configuration.headCount = 3
    configuration.activation = isPlain ? .geluTanh : .geluExact
    configuration.hasPooler = !isPlain
    return configuration
  }

  /// Rows of the fixture's, which stand one after another.
  private func batch(_ name: String, _ fixture: Fixture) throws -> TokenBatch {
    var rest = try fixture.integers(name)[...]
    return TokenBatch(
      try fixture.integers("input.lengths").map { length in
        defer { rest = rest.dropFirst(length) }
        return Array(rest.prefix(length))
      })
  }

  @Test(arguments: [false, true])
  func valuesAndGradients(isPlain: Bool) throws {
    let fixture = try Fixture(isPlain ? "bert_plain" : "bert")
    let model = try BERT(Self.configuration(isPlain: isPlain))
    try fixture.load(into: model)
    let tokens = try batch("input.tokens", fixture)
    let segments = isPlain ? nil : try batch("input.segments", fixture)
    let context = ForwardContext.differentiating()

    let hidden = try model(tokens, segments: segments, in: context)
    let mean = model.pool(hidden, lengths: tokens.lengths, by: .mean)
    let pooled = model.pooled(hidden, lengths: tokens.lengths, in: context)
    #expect((pooled == nil) == isPlain)
    let outputs =
      [
        ("hidden", hidden), ("mean", normalizedHeads(mean, headCount: 1)),
        ("first", model.pool(hidden, lengths: tokens.lengths, by: .firstToken)),
      ] + (pooled.map { [("pooled", $0)] } ?? [])
    var loss = Variable(.zeros([]))
    for (name, output) in outputs {
      // What stands at padding means nothing.
      func real(_ tensor: Tensor) -> Tensor {
        name == "hidden" ? masked(tensor, tokens.lengths) : tensor
      }
      expectClose(
        real(output.value), try fixture.tensor("output.\(name)"), absolute: 2e-6, relative: 0,
        "\(fixture.name), \(name)")
      loss = loss + (output * Variable(real(try fixture.tensor("upstream.\(name)")))).sum()
    }
    let gradients = context.backward(from: loss)
    for item in model.parameters {
      expectClose(
        try #require(gradients[item.parameter]),
        try fixture.tensor("parameter_gradient.\(item.path)"), absolute: 2e-6, relative: 0,
        "\(fixture.name), gradient of \(item.path)")
    }
  }

  /// Zeros at padding.
  private func masked(_ hidden: Tensor, _ lengths: [Int]) -> Tensor {
    var result = hidden
    let (steps, width) = (hidden.shape[1], hidden.shape[2])
    for (row, length) in lengths.enumerated() {
      (result.mutablePointer + (row * steps + length) * width).update(
        repeating: 0, count: (steps - length) * width)
    }
    return result
  }
}
