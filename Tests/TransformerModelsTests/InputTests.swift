import AttentionKit
import Foundation
import Kernels
import TestSupport
import Testing

/// Input that a model refuses, and configurations that describe none.
@Suite struct InputTests {
  @Test func tokensOutsideTheVocabulary() throws {
    let model = try Transformer(
      smallConfiguration {
        $0.tying = .decoder
        $0.sourceVocabularySize = 29
      })
    let good = TokenBatch([[3, 4], [5]])
    _ = try model.logits(TokenBatch([[28, 4], [5]]), good, in: .inference())
    #expect(
      throws: SequenceModelError.unknownToken(token: 29, vocabularySize: 29, row: 1, column: 0)
    ) { try model.encode(TokenBatch([[3, 4], [29]]), in: .inference()) }
    #expect(
      throws: SequenceModelError.unknownToken(token: 23, vocabularySize: 23, row: 0, column: 1)
    ) { try model.logits(good, TokenBatch([[3, 23], [5]]), in: .inference()) }
    #expect(
      throws: SequenceModelError.unknownToken(token: -1, vocabularySize: 29, row: 0, column: 0)
    ) { try model.encode(TokenBatch([[-1]]), in: .inference()) }
    var state = model.startState(try model.encode(good, in: .inference()))
    #expect(
      throws: SequenceModelError.unknownToken(token: 23, vocabularySize: 23, row: 1, column: 0)
    ) { try model.step([3, 23], &state) }
  }

  @Test func asManyTargetsAsSources() throws {
    let model = try Transformer(smallConfiguration())
    #expect(throws: SequenceModelError.unequalCounts(sources: 2, targets: 1)) {
      try model.logits(TokenBatch([[3], [4]]), TokenBatch([[3]]), in: .inference())
    }
  }

  @Test func sequencesLongerThanThePositions() throws {
    let model = try Transformer(smallConfiguration { $0.maximumLength = 5 })
    #expect(model.maximumLength == 5)
    let five = TokenBatch([[3, 4, 5, 6, 7]])
    let six = TokenBatch([[3, 4, 5, 6, 7, 8]])
    _ = try model.logits(five, five, in: .inference())
    #expect(throws: PositionError.self) { try model.logits(six, five, in: .inference()) }
    #expect(throws: PositionError.self) { try model.logits(five, six, in: .inference()) }
    var state = model.startState(try model.encode(five, in: .inference()))
    for _ in 0..<5 { _ = try model.step([3], &state) }
    let error = #expect(throws: PositionError.self) { try model.step([3], &state) }
    #expect(error?.length == 6)
    #expect(error?.limit == 5)
  }

  @Test func aStepForEachHypothesis() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let model = try Transformer(smallConfiguration())
      var state = model.startState(try model.encode(TokenBatch([[3]]), in: .inference()))
      _ = try model.step([3, 4], &state)
    }
    expectMessage(result, naming: ["Transformer.step", "2 tokens", "1 hypotheses"])
  }

  @Test(arguments: [
    "sourceVocabularySize", "targetVocabularySize", "encoderLayerCount", "decoderLayerCount",
    "modelDimension",
    "feedForwardDimension", "headCount", "keyDimension", "valueDimension", "maximumLength",
    "dropoutRate", "attentionDropoutRate", "normEpsilon",
  ])
  func badConfigurationNamesItsField(_ field: String) throws {
    let configuration = smallConfiguration {
      switch field {
      case "sourceVocabularySize": $0.sourceVocabularySize = 0
      case "targetVocabularySize": $0.targetVocabularySize = -1
      case "encoderLayerCount": $0.encoderLayerCount = 0
      // Layers are made one by one.
      case "decoderLayerCount": $0.decoderLayerCount = 1 << 11
      case "modelDimension": $0.modelDimension = 0
      case "feedForwardDimension": $0.feedForwardDimension = .max
      case "headCount": $0.headCount = 0
      case "keyDimension": $0.keyDimension = 0
      case "valueDimension": $0.valueDimension = -7
      case "maximumLength": $0.maximumLength = 0
      case "dropoutRate": $0.dropoutRate = 1
      case "attentionDropoutRate": $0.attentionDropoutRate = .nan
      default: $0.normEpsilon = 0
      }
    }
    let error = #expect(throws: ConfigurationError.self) { try Transformer(configuration) }
    #expect(error?.field == field)
    #expect(error?.description.hasPrefix("\(field): expected ") == true)
  }

  @Test func threeWayTyingNeedsOneVocabulary() {
    let error = #expect(throws: ConfigurationError.self) {
      try Transformer(smallConfiguration { $0.sourceVocabularySize = 29 })
    }
    #expect(error?.field == "tying")
    #expect(
      TransformerConfiguration(sourceVocabularySize: 29, targetVocabularySize: 23).tying
        == .decoder)
  }

  @Test(arguments: variants)
  func configurationsSurviveJSON(_ configuration: TransformerConfiguration) throws {
    let data = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(TransformerConfiguration.self, from: data) == configuration)
  }
}
