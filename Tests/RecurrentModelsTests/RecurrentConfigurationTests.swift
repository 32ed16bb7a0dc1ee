import AttentionKit
import TestSupport
import Testing

/// What configurations refuse, and what their options do to parameters.
@Suite struct RecurrentConfigurationTests {
  /// A change that describes no model, and the field that says so.
  struct Mistake: CustomTestStringConvertible, Sendable {
    let field: String
    let change: @Sendable (inout RecurrentConfiguration) -> Void

    init(_ field: String, _ change: @escaping @Sendable (inout RecurrentConfiguration) -> Void) {
      self.field = field
      self.change = change
    }

    var testDescription: String { field }
  }

  static let mistakes = [
    Mistake("modelDimension") { $0.modelDimension = 0 },
    Mistake("modelDimension") { $0.modelDimension = 7 },
    Mistake("sourceVocabularySize") { $0.sourceVocabularySize = 0 },
    Mistake("encoderLayerCount") { $0.encoderLayerCount = 0 },
    Mistake("decoderLayerCount") { $0.decoderLayerCount = -1 },
    // Numbers whose product would overflow, and layers that would be counted one by one.
    Mistake("encoderLayerCount") { $0.encoderLayerCount = 1 << 24 },
    Mistake("decoderLayerCount") { $0.decoderLayerCount = 1 << 24 },
    Mistake("modelDimension") { $0.modelDimension = 1 << 24 },
    Mistake("attentionDimension") { $0.attentionDimension = 1 << 24 },
    Mistake("dropoutRate") { $0.dropoutRate = 1 },
    Mistake("embeddingDropoutRate") { $0.embeddingDropoutRate = .nan },
    Mistake("outputDropoutRate") { $0.outputDropoutRate = -0.1 },
    Mistake("forgetBias") { $0.forgetBias = .infinity },
    Mistake("tying") { $0.targetVocabularySize += 1 },
    Mistake("contextUse") {
      $0.attention = .none
      $0.contextUse = .none
    },
    Mistake("transformsContext") {
      $0.contextUse = .none
      $0.transformsContext = true
    },
    Mistake("transformsContext") {
      $0.directionWidth = .full
      $0.score = .general
    },
    Mistake("score") {
      $0.directionWidth = .full
      $0.transformsContext = true
    },
    Mistake("feedsInput") {
      $0.attention = .bahdanau
      $0.feedsInput = true
    },
    Mistake("feedsInput") {
      $0.attention = .none
      $0.feedsInput = true
    },
    Mistake("decoderLayerCount") { $0.attention = .gnmt },
    Mistake("attentionDimension") { $0.attentionDimension = -1 },
    Mistake("teacherForcing.ratio") { $0.teacherForcing.ratio = 1.5 },
    Mistake("teacherForcing.ratio") { $0.teacherForcing.ratio = .nan },
    Mistake("teacherForcing.minimumRatio") {
      $0.teacherForcing.ratio = 0.5
      $0.teacherForcing.minimumRatio = 0.6
    },
    Mistake("teacherForcing.decay") {
      $0.teacherForcing = TeacherForcing(schedule: .linear, decay: -0.1)
    },
    Mistake("teacherForcing.decay") {
      $0.teacherForcing = TeacherForcing(schedule: .exponential, decay: 1)
    },
    Mistake("teacherForcing.decay") {
      $0.teacherForcing = TeacherForcing(schedule: .inverseSigmoid, decay: 0.5)
    },
    Mistake("residualFromLayer") { $0.residualFromLayer = -1 },
    Mistake("residualFromLayer") {
      $0.directionWidth = .full
      $0.transformsContext = true
      $0.score = .general
      $0.residualFromLayer = 1
    },
  ]

  @Test(arguments: mistakes)
  func mistakesAreNamed(mistake: Mistake) throws {
    var configuration = RecurrentConfiguration(vocabularySize: 11, modelDimension: 8)
    #expect(throws: Never.self) { try configuration.validate() }
    mistake.change(&configuration)
    let error = #expect(throws: ConfigurationError.self) { try RecurrentModel(configuration) }
    #expect(error?.field == mistake.field)
  }

  @Test func theLargestModelCanBeCounted() throws {
    var configuration = RecurrentConfiguration(vocabularySize: 1 << 24, modelDimension: 1 << 20)
    configuration.encoderLayerCount = 1 << 10
    configuration.decoderLayerCount = 1 << 10
    try configuration.validate()
    #expect(configuration.parameterCount > 1 << 50)
  }

  @Test func gnmtIsTheSystemOfThePaper() throws {
    let configuration = RecurrentConfiguration.gnmt(
      sourceVocabularySize: 13, targetVocabularySize: 17, modelDimension: 6)
    let model = try RecurrentModel(configuration)
    #expect(
      model.encoder.layers.map { $0.backward != nil } == [true] + Array(repeating: false, count: 7))
    #expect(model.encoder.layers.map(\.outputDimension) == [12] + Array(repeating: 6, count: 7))
    #expect(model.encoder.layers.map(\.forward.inputDimension) == [6, 12, 6, 6, 6, 6, 6, 6])
    #expect(model.decoder.layers.map(\.inputDimension) == [6] + Array(repeating: 12, count: 7))
    #expect(model.parameterCount == configuration.parameterCount)
  }

  @Test func orthogonalWeightsAndForgetBiases() throws {
    var configuration = RecurrentConfiguration(vocabularySize: 11, modelDimension: 8)
    configuration.recurrentInitialization = .orthogonal
    configuration.forgetBias = 1
    let layer = try RecurrentModel(configuration).decoder.layers[0]
    for gate in 0..<4 {
      let block = Variable(layer.recurrentWeight.value).slice(axis: 0, gate * 8..<gate * 8 + 8)
      var identity = Tensor.zeros([8, 8])
      for unit in 0..<8 { identity[unit, unit] = 1 }
      expectClose(
        matmul(block, block, transposeB: true).value, identity, absolute: 1e-6, "gate \(gate)")
    }
    for unit in 0..<32 {
      let sum = layer.inputBias.value[unit] + layer.recurrentBias.value[unit]
      #expect((8..<16).contains(unit) ? sum == 1 : abs(sum) < 1)
    }
  }

  /// Uniform over ±1 / √H, as in PyTorch.
  @Test(arguments: RecurrentCell.allCases)
  func theDefaultStartIsPyTorchs(cell: RecurrentCell) {
    var generator = SeededGenerator(seed: 4)
    let layer = RecurrentLayer(cell, inputDimension: 9, hiddenDimension: 25, using: &generator)
    for item in layer.parameters {
      let values = item.parameter.value.scalars
      #expect(values.allSatisfy { abs($0) <= 0.2 }, "\(item.path)")
      #expect(values.contains { $0 > 0.15 } && values.contains { $0 < -0.15 }, "\(item.path)")
    }
  }
}
