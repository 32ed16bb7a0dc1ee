import AttentionKit
import Foundation
import Kernels
import TestSupport
import Testing

/// What holds for every BERT.
@Suite struct BERTLawTests {
  private static func configuration(_ change: (inout BERTConfiguration) -> Void = { _ in })
    -> BERTConfiguration
  {
    var configuration = BERTConfiguration(vocabularySize: 23)
    configuration.segmentCount = 3
    configuration.maximumLength = 11
    configuration.layerCount = 2
    configuration.modelDimension = 10
    configuration.feedForwardDimension = 17
    configuration.headCount = 2
    change(&configuration)
    return configuration
  }

  /// Weights large enough that everything matters.
  private func model(_ configuration: BERTConfiguration) throws -> BERT {
    try BERT(configuration, initialization: .normal(standardDeviation: 0.5), seed: 5)
  }

  @Test(arguments: BERT.Pooling.allCases, [false, true])
  func paddingChangesNothing(_ pooling: BERT.Pooling, normalizes: Bool) throws {
    let model = try model(Self.configuration())
    let texts = [[2, 5, 6, 7, 8, 3], [2, 9, 3], [2, 3]]
    let together = TokenBatch(texts, padding: 22)
    let hidden = try model(together, in: .inference()).value
    let embeddings = try model.sentenceEmbeddings(
      of: together, pooling: pooling, normalizes: normalizes, in: .inference()
    ).value
    for (row, text) in texts.enumerated() {
      let alone = TokenBatch([text])
      let expected = try model(alone, in: .inference()).value
      for column in text.indices {
        for d in 0..<10 { #expect(abs(hidden[row, column, d] - expected[0, column, d]) < 1e-6) }
      }
      let embedding = try model.sentenceEmbeddings(
        of: alone, pooling: pooling, normalizes: normalizes, in: .inference()
      ).value
      for d in 0..<10 { #expect(abs(embeddings[row, d] - embedding[0, d]) < 1e-6) }
    }
    #expect(
      try model.sentenceEmbeddings(
        of: TokenBatch(texts, padding: 1), pooling: pooling, normalizes: normalizes,
        in: .inference()
      ).value == embeddings)
  }

  @Test func paddingGetsNoGradient() throws {
    let model = try model(Self.configuration())
    let context = ForwardContext.differentiating()
    let embeddings = try model.sentenceEmbeddings(
      of: TokenBatch([[2, 5, 6, 3], [2, 3]], padding: 22), in: context)
    var generator = SeededGenerator(seed: 4)
    let upstream = Tensor.normal(embeddings.shape, using: &generator)
    let gradients = context.backward(from: embeddings, gradient: upstream)
    let table = try #require(gradients[model.embeddings.tokens.weight])
    for d in 0..<10 {
      #expect(table[22, d] == 0)
      #expect(table[5, d] != 0)
    }
    let positions = try #require(gradients[model.embeddings.positions.weight])
    #expect((4..<11).allSatisfy { positions[$0, 3] == 0 })
    #expect(positions[3, 3] != 0)
  }

  @Test func theFirstSegmentIsTheDefault() throws {
    let model = try model(Self.configuration())
    let tokens = TokenBatch([[2, 5, 6, 3], [2, 7, 3]])
    func hidden(_ segments: TokenBatch?) throws -> Tensor {
      try model(tokens, segments: segments, in: .inference()).value
    }
    let standard = try hidden(nil)
    let first = try hidden(TokenBatch([[0, 0, 0, 0], [0, 0, 0]]))
    expectClose(standard, first.scalars.map(Double.init), relative: 1e-5)
    let other = try hidden(TokenBatch([[0, 0, 1, 1], [0, 0, 0]]))
    #expect(other[0, 0, 0] != first[0, 0, 0])
    #expect(other[1, 0, 0] == first[1, 0, 0])
    #expect(
      throws: SequenceModelError.unknownToken(token: 3, vocabularySize: 3, row: 0, column: 1)
    ) { try hidden(TokenBatch([[0, 3, 0, 0], [0, 0, 0]])) }
  }

  @Test func embeddingsHaveTheLengthOneUnlessTheyAreZero() throws {
    let model = try model(Self.configuration())
    let embeddings = try model.sentenceEmbeddings(
      of: TokenBatch([[2, 5, 3], []]), in: .inference()
    ).value
    let squares = (0..<10).map { embeddings[0, $0] * embeddings[0, $0] }.reduce(0, +)
    #expect(abs(squares - 1) < 1e-6)
    #expect((0..<10).allSatisfy { embeddings[1, $0] == 0 })
    for empty in [TokenBatch([]), TokenBatch([[], []])] {
      let none = try model.sentenceEmbeddings(of: empty, pooling: .firstToken, in: .inference())
      #expect(none.value == .zeros([empty.count, 10]))
    }
  }

  @Test func inputThatThereIsNoVectorFor() throws {
    let model = try model(Self.configuration())
    #expect(
      throws: SequenceModelError.unknownToken(token: 23, vocabularySize: 23, row: 1, column: 0)
    ) { try model(TokenBatch([[3, 4], [23]]), in: .inference()) }
    _ = try model(TokenBatch([Array(repeating: 3, count: 11)]), in: .inference())
    let error = #expect(throws: PositionError.self) {
      try model(TokenBatch([Array(repeating: 3, count: 12)]), in: .inference())
    }
    #expect(error?.length == 12)
    #expect(error?.limit == 11)
  }

  @Test func segmentsOfOtherLengthsAreAMistakeInCode() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let model = try BERT(Self.configuration())
      _ = try model(TokenBatch([[1, 2]]), segments: TokenBatch([[0]]), in: .inference())
    }
    expectMessage(result, naming: ["BERT", "segment numbers", "[1]", "[2]"])
  }

  @Test func dropoutFollowsTheSeed() throws {
    let model = try model(Self.configuration())
    let tokens = TokenBatch([[2, 5, 6, 3]])
    func hidden(_ seed: UInt64) throws -> Tensor {
      try model(tokens, in: .training(seed: seed)).value
    }
    #expect(try hidden(1) == hidden(1))
    #expect(try hidden(1) != hidden(2))
    #expect(try hidden(1) != model(tokens, in: .inference()).value)
  }

  /// Three tables and a norm; in each layer four projections, two products and two norms; the pooler.
  @Test(arguments: [false, true])
  func parametersAreAllListed(hasPooler: Bool) throws {
    let model = try BERT(Self.configuration { $0.hasPooler = hasPooler })
    let (d, f) = (10, 17)
    let layer = 4 * (d * d + d) + 2 * d * f + f + d + 4 * d
    #expect(
      model.parameterCount == (23 + 11 + 3) * d + 2 * d + 2 * layer + (hasPooler ? d * d + d : 0))
    expectChildrenComplete(model)
    #expect(model.parameters.contains { $0.path == "pooler.weight" } == hasPooler)
  }

  /// With deviation 0.02; the authors' code draws again what lies beyond twice that.
  @Test func matricesStartNormal() throws {
    let model = try BERT(Self.configuration { $0.feedForwardDimension = 1009 })
    let weights = model.encoder.layers[0].feedForward.inner.weight.value.scalars
    let squares = weights.reduce(0) { $0 + Double($1) * Double($1) } / Double(weights.count)
    #expect(abs(squares.squareRoot() - 0.02) < 0.001)
    #expect(model.encoder.layers[0].feedForward.inner.bias?.value == .zeros([1009]))
    #expect(model.embeddings.norm.weight.value == .ones([10]))
    #expect(model.embeddings.norm.epsilon == 1e-12)
    #expect(model.encoder.layers[1].feedForwardNorm.norm.epsilon == 1e-12)
  }

  @Test(arguments: BERTConfiguration.fields)
  func badConfigurationNamesItsField(_ field: String) throws {
    let configuration = Self.configuration {
      switch field {
      case "vocabularySize": $0.vocabularySize = 0
      case "segmentCount": $0.segmentCount = 0
      case "maximumLength": $0.maximumLength = -1
      case "layerCount": $0.layerCount = 0
      case "modelDimension": $0.modelDimension = .max
      case "feedForwardDimension": $0.feedForwardDimension = 0
      case "headCount": $0.headCount = 3
      case "dropoutRate": $0.dropoutRate = 1
      case "attentionDropoutRate": $0.attentionDropoutRate = .nan
      default: $0.normEpsilon = 0
      }
    }
    let error = #expect(throws: ConfigurationError.self) { try BERT(configuration) }
    #expect(error?.field == field)
  }

  @Test func configurationsSurviveJSON() throws {
    let configuration = Self.configuration {
      $0.hasPooler = false
      $0.activation = .geluTanh
      $0.normEpsilon = 1e-5
    }
    let data = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(BERTConfiguration.self, from: data) == configuration)
    let more = Data(String(decoding: data, as: UTF8.self).dropLast().utf8) + Data(",\"x\":1}".utf8)
    #expect(throws: Swift.DecodingError.self) {
      try JSONDecoder().decode(BERTConfiguration.self, from: more)
    }
  }
}

extension BERTConfiguration {
  fileprivate static let fields = [
    "vocabularySize", "segmentCount", "maximumLength", "layerCount", "modelDimension",
    "feedForwardDimension", "headCount", "dropoutRate", "attentionDropoutRate", "normEpsilon",
  ]
}
