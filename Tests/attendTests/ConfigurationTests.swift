import AttentionKit
import Foundation
import TestSupport
import Testing

/// Words and sections of configurations.
@Suite struct ConfigurationTests {
  /// Words are spelled as keys are.
  @Test func wordsAreInCamelCase() throws {
    func words<Choice: CaseIterable & RawRepresentable<String>>(_ type: Choice.Type) -> [String] {
      type.allCases.map(\.rawValue)
    }
    let all =
      words(Activation.self) + words(TrainingConfiguration.DivergenceResponse.self)
      + words(NormPlacement.self) + words(RecurrentCell.self)
      + words(AttentionConfiguration.Score.self) + words(AttentionConfiguration.Choice.self)
      + words(TransformerConfiguration.Tying.self) + words(TransformerConfiguration.Positions.self)
      + words(RecurrentConfiguration.EncoderDirection.self)
      + words(RecurrentConfiguration.ContextVector.self)
      + words(RecurrentConfiguration.ContextUse.self)
      + words(RecurrentConfiguration.Attention.self) + words(RecurrentConfiguration.Score.self)
      + words(RecurrentConfiguration.RecurrentInitialization.self)
      + words(TeacherForcing.Schedule.self) + words(TeacherForcing.Feedback.self)
      + words(LearningRateSchedule.Kind.self) + words(UnicodeNormalization.self)
    for word in all {
      #expect(word.wholeMatch(of: /[a-z][a-z0-9]*([A-Z][a-z0-9]*)*/) != nil, "\(word)")
    }
    #expect(all.contains("scaledDot") && all.contains("gruResetBefore"))
  }

  @Test func theResolvedConfigurationHasASectionForEachModel() throws {
    let model = try TinyModel.copy(steps: 1, ["model.seed=7"])
    let configuration = try #require(try Self.json(model.path + "/configuration.json"))
    let section = try #require(configuration["model"] as? [String: Any])
    #expect(section["modelDimension"] as? Int == 16)
    #expect(section["keyDimension"] as? Int == 0)
    #expect(section["seed"] as? Int == 7)
    let attention = try #require(section["selfAttention"] as? [String: Any])
    #expect(attention["score"] as? String == "scaledDot")
  }

  @Test(arguments: ["model", "recurrent"])
  func vocabulariesAreForTheTextToDecide(_ section: String) throws {
    let folder = try TemporaryFolder()
    let result = try Tool.run(
      "train", "--output", folder.path + "/run", "--set", "data.task=copy", "--set",
      "\(section).targetVocabularySize=9")
    #expect(result.status == 1)
    #expect(
      result.errors.contains("\(section).targetVocabularySize: expected 0"), "\(result.errors)")
  }

  /// A checkpoint whose words are spelled another way says so, and where.
  @Test func aWordThatIsNotKnownIsNamedWithItsFile() throws {
    let model = try TinyModel.copy(steps: 1)
    let file = model.path + "/last/configuration.json"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try text.replacingOccurrences(of: "firstState", with: "first_state")
      .write(toFile: file, atomically: false, encoding: .utf8)
    try FileManager.default.removeItem(atPath: model.path + "/best")
    for options in [
      ["translate", "--model", model.path], ["train", "--output", model.path, "--resume"],
    ] {
      let result = try Tool.run(options)
      #expect(result.status == 1)
      #expect(
        result.errors.contains(
          "\(file): recurrent.contextUse: \"first_state\" is none of the words"),
        "\(result.errors)")
    }
  }

  /// A configuration may ask for any size, and weights are there for one alone.
  @Test(arguments: [
    ("\"modelDimension\":16", "\"modelDimension\":1048576"),
    ("\"encoderLayerCount\":1", "\"encoderLayerCount\":1024"),
    ("\"feedForwardDimension\":23", "\"feedForwardDimension\":16777216"),
  ])
  func aModelThatIsLargerThanItsWeightsIsNotMade(_ old: String, _ new: String) throws {
    let model = try TinyModel.copy(steps: 1)
    for name in ["last", "best"] {
      let file = model.path + "/\(name)/configuration.json"
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect(text.contains(old))
      try text.replacingOccurrences(of: old, with: new)
        .write(toFile: file, atomically: false, encoding: .utf8)
    }
    for options in [
      ["translate", "--model", model.path], ["train", "--output", model.path, "--resume"],
    ] {
      let result = try Tool.run(options)
      #expect(result.status == 1)
      #expect(result.errors.contains("weights.safetensors: expected at least"), "\(result.errors)")
    }
  }

  private static func json(_ file: String) throws -> [String: Any]? {
    try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: file)))
      as? [String: Any]
  }
}
