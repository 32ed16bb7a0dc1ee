import Foundation
import TestSupport
import Testing

/// Recurrent models are trained, used and resumed as Transformers are.
@Suite struct RecurrentRunTests {
  private static let settings = [
    "architecture=recurrent", "recurrent.modelDimension=12", "data.task=copy",
    "data.pairCount=200", "data.symbolCount=5", "data.longest=4", "data.pairsPerBatch=16",
    "training.schedule.kind=constant", "training.schedule.rate=0.01",
  ]

  private func train(_ run: String, _ settings: [String]) throws -> Tool.Result {
    try Tool.run(
      ["train", "--output", run] + (Self.settings + settings).flatMap { ["--set", $0] })
  }

  @Test(arguments: [
    ["recurrent.attention=none", "recurrent.cell=rnn"],
    ["recurrent.attention=none", "recurrent.cell=gru", "recurrent.contextUse=both"],
    ["recurrent.attention=bahdanau", "recurrent.score=additive", "recurrent.cell=gru"],
    ["recurrent.feedsInput=true", "recurrent.score=general"],
  ])
  func everyKindIsTrainedUsedAndInspected(kind: [String]) throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    let trained = try train(run, kind + ["training.maximumSteps=4"])
    #expect(trained.status == 0, "\(trained.errors)")
    for options in [["--beam", "1"], ["--beam", "3"], ["--sample"]] {
      let translated = try Tool.run(
        ["translate", "--model", run] + options, input: Data("1 2\n\n3 3 3\n".utf8))
      #expect(translated.status == 0, "\(translated.errors)")
      #expect(translated.output.split(separator: "\n", omittingEmptySubsequences: false).count == 4)
    }
    let pairs = try folder.file("pairs.tsv", "1 2\t1 2\n2 1\t2 1\n")
    let scored = try Tool.run("score", "--model", run, "--data", pairs)
    #expect(scored.status == 0, "\(scored.errors)")
    let evaluated = try Tool.run("evaluate", "--model", run, "--data", pairs)
    #expect(evaluated.output.contains("perplexity = "), "\(evaluated.errors)")
    let inspected = try Tool.run("inspect", run)
    #expect(inspected.output.contains("parameters  "), "\(inspected.errors)")
    #expect(!inspected.output.contains("operations"))
  }

  @Test func anInterruptedRunGoesOnToTheSameParameters() throws {
    let folder = try TemporaryFolder()
    let (whole, parts) = (folder.path + "/whole", folder.path + "/parts")
    // Half of what the decoder reads it said itself, by seeded choice.
    let forcing = ["recurrent.teacherForcing.ratio=0.5"]
    #expect(try train(whole, forcing + ["training.maximumSteps=6"]).status == 0)
    #expect(try train(parts, forcing + ["training.maximumSteps=4"]).status == 0)
    let resumed = try Tool.run(
      "train", "--output", parts, "--resume", "--set", "training.maximumSteps=6")
    #expect(resumed.status == 0, "\(resumed.errors)")
    let weights = try [whole, parts].map {
      try Data(contentsOf: URL(fileURLWithPath: $0 + "/last/weights.safetensors"))
    }
    #expect(weights[0] == weights[1])
    let other = try Tool.run("train", "--output", parts, "--resume", "--set", "recurrent.cell=gru")
    #expect(other.status == 2)
  }

  @Test(arguments: [
    ("architecture=recurent", "architecture"), ("recurrent.cell=lsmt", "recurrent.cell"),
    ("recurrent.sourceVocabularySize=9", "recurrent.sourceVocabularySize: expected 0"),
    ("recurrent.attention=none", ""), ("recurrent.attentoin=none", "did you mean \"attention\"?"),
    ("recurrent.contextUse=everyStep", ""), ("recurrent.modelDimension=13", "modelDimension"),
  ])
  func whatMakesNoModelIsRefused(setting: String, message: String) throws {
    let folder = try TemporaryFolder()
    let result = try train(folder.path + "/run", [setting, "training.maximumSteps=1"])
    #expect((result.status == 0) == message.isEmpty, "\(result.errors)")
    #expect(message.isEmpty || result.errors.contains(message), "\(result.errors)")
  }
}
