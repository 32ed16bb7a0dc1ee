import AttentionKit
import Foundation
import TestSupport
import Testing

/// Each preset against what its source's own code says; `pytorch` and `marian` are held to outputs of their libraries too
/// (ModelConversionTests).
@Suite struct PresetTests {
  private func model(_ preset: TransformerPreset) throws -> Transformer {
    var configuration = TransformerConfiguration(vocabularySize: 96)
    configuration.encoderLayerCount = 1
    configuration.decoderLayerCount = 1
    configuration.resize(modelDimension: 64, feedForwardDimension: 160, headCount: 2)
    configuration.maximumLength = 12
    configuration.adopt(preset)
    return try Transformer(configuration, seed: 3)
  }

  private func values(_ model: Transformer, _ path: String) throws -> [Float] {
    try #require(model.parameterPaths.first { $0.path == path }, "\(path)").parameter.value.scalars
  }

  @Test(arguments: [
    (TransformerPreset.paper, 0, false, true),
    (.pytorch, 2, true, false), (.tensor2tensor, 2, false, true),
    (.annotated, 2, true, false), (.marian, 0, true, true),
  ])
  func parameters(
    preset: TransformerPreset, finalNormCount: Int, hasOutputBias: Bool, isTied: Bool
  ) throws {
    let model = try model(preset)
    let paths = model.parameterPaths.map(\.path)
    #expect(paths.filter { $0.contains("final_norm.weight") }.count == finalNormCount)
    #expect(paths.contains("output_projection.bias") == hasOutputBias)
    #expect((model.outputProjection.weight === model.sourceEmbedding.weight) == isTied)
    #expect(
      paths.contains("encoder.layers.0.self_attention.query.bias") == (preset != .tensor2tensor))
    #expect(model.sourceEmbedding.factor == 8)
    #expect(
      model.configuration.normPlacement
        == ([.tensor2tensor, .annotated].contains(preset) ? .pre : .post))
    #expect(
      model.configuration.normEpsilon == ([.pytorch, .marian].contains(preset) ? 1e-5 : 1e-6))
    #expect(model.configuration.activation == (preset == .marian ? .silu : .relu))
    let dropsEverywhere = ![.paper, .marian].contains(preset)
    #expect(model.configuration.attentionDropoutRate == (dropsEverywhere ? 0.1 : 0))
    #expect(model.configuration.activationDropoutRate == (dropsEverywhere ? 0.1 : 0))
  }

  /// The formulas of the libraries, written out.
  @Test(arguments: TransformerPreset.allCases)
  func sinusoids(preset: TransformerPreset) throws {
    let model = try model(preset)
    let encoding = try model.positions.encoding(of: 0..<12, in: .inference()).value
    for position in 0..<12 {
      for column in 0..<64 {
        let expected: Double
        switch preset {
        case .paper, .pytorch, .annotated:
          // exp(arange(0, D, 2) * -(log(10000) / D))
          let angle =
            Double(position) * exp(Double(column / 2 * 2) * -(log(10_000.0) / 64))
          expected = column % 2 == 0 ? sin(angle) : cos(angle)
        case .tensor2tensor:
          // exp(arange(D/2) * -(log(10000) / (D/2 - 1)))
          let angle = Double(position) * exp(Double(column % 32) * -(log(10_000.0) / 31))
          expected = column < 32 ? sin(angle) : cos(angle)
        case .marian:
          // position / 10000^(2 (j // 2) / D), even j to the sines, odd j to the cosines
          let angle = Double(position) / pow(10_000, Double(2 * (column % 32)) / 64)
          expected = column < 32 ? sin(angle) : cos(angle)
        }
        #expect(abs(Double(encoding.pointer[position * 64 + column]) - expected) < 1e-6)
      }
    }
  }

  /// The largest element of a uniform choice is close under its bound; a normal one is told by its deviation.
  @Test func firstValues() throws {
    func bound(_ preset: TransformerPreset, _ path: String, _ expected: Float) throws {
      let largest = try values(try model(preset), path).map(abs).max() ?? 0
      #expect(largest <= expected && largest > 0.9 * expected, "\(preset) \(path)")
    }
    func deviation(_ preset: TransformerPreset, _ path: String, _ expected: Float) throws {
      let values = try values(try model(preset), path)
      let found = (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot()
      #expect(abs(found / expected - 1) < 0.08, "\(preset) \(path)")
    }
    let query = "encoder.layers.0.self_attention.query.weight"
    let inner = "encoder.layers.0.feed_forward.inner."
    let attentionOutput = "decoder.layers.0.cross_attention.output.weight"
    for preset in [TransformerPreset.paper, .tensor2tensor] {
      try bound(preset, query, (6 / Float(128)).squareRoot())
      try bound(preset, inner + "weight", (6 / Float(64 + 160)).squareRoot())
      try deviation(preset, "source_embedding.weight", 1 / 8)
    }
    // One matrix [3 D, D] for queries, keys and values, the others for themselves.
    try bound(.pytorch, query, (6 / Float(4 * 64)).squareRoot())
    try bound(.pytorch, attentionOutput, (6 / Float(128)).squareRoot())
    try bound(.pytorch, inner + "bias", 1 / 8)
    try bound(.pytorch, "output_projection.weight", 1 / 8)
    try bound(.pytorch, "output_projection.bias", 1 / 8)
    try deviation(.pytorch, "source_embedding.weight", 1)
    #expect(
      try values(model(.pytorch), "encoder.layers.0.self_attention.key.bias").allSatisfy { $0 == 0 }
    )
    try bound(.annotated, query, (6 / Float(128)).squareRoot())
    try bound(.annotated, "source_embedding.weight", (6 / Float(96 + 64)).squareRoot())
    try bound(.annotated, "encoder.layers.0.self_attention.key.bias", 1 / 8)
    for path in [query, inner + "weight", "source_embedding.weight"] {
      try deviation(.marian, path, 0.02)
    }
    for preset in TransformerPreset.allCases {
      #expect(
        try values(model(preset), "encoder.layers.0.feed_forward_norm.weight").allSatisfy {
          $0 == 1
        })
      #expect(
        try values(model(preset), "encoder.layers.0.feed_forward_norm.bias").allSatisfy { $0 == 0 })
    }
  }

  @Test func adoptingThePaperUndoesEveryOther() {
    let paper = TransformerConfiguration(vocabularySize: 11)
    for preset in TransformerPreset.allCases {
      var configuration = paper
      configuration.adopt(preset)
      #expect((configuration == paper) == (preset == .paper))
      configuration.adopt(.paper)
      #expect(configuration == paper)
    }
  }
}
