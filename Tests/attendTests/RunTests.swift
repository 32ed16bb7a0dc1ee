import Foundation
import TestSupport
import Testing

/// Training, using and inspecting a very small model.
@Suite struct RunTests {
  private static let tinyModel = [
    "model.modelDimension=16", "model.feedForwardDimension=23", "model.headCount=2",
    "model.encoderLayerCount=1", "model.decoderLayerCount=1", "model.maximumLength=64",
  ]

  private func train(_ folder: String, _ more: [String], settings: [String] = []) throws
    -> Tool.Result
  {
    let all = Self.tinyModel + settings
    return try Tool.run(["train", "--output", folder] + more + all.flatMap { ["--set", $0] })
  }

  private func copySettings(steps: Int) -> [String] {
    [
      "data.task=copy", "data.pairCount=200", "data.symbolCount=5", "data.longest=4",
      "data.pairsPerBatch=16", "training.maximumSteps=\(steps)", "training.logInterval=2",
      "training.checkpointInterval=3",
    ]
  }

  @Test func aRunTrainsTranslatesEvaluatesAndIsInspected() throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    let trained = try train(run, [], settings: copySettings(steps: 5))
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.errors.contains("step 5/5"))
    #expect(trained.output.isEmpty)
    let metrics = try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8)
    #expect(metrics.split(separator: "\n").count == 4)  // steps 2, 4 and 5, and a validation

    let translated = try Tool.run("translate", "--model", run, input: "1 2\n\n3 3 3\n")
    #expect(translated.status == 0, "\(translated.errors)")
    let lines = translated.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 4)  // three lines and what follows the last end of line
    #expect(lines[1].isEmpty)

    let references = try folder.file("references.tsv", "1 2\t1 2\n2 1\t2 1\n")
    let evaluated = try Tool.run("evaluate", "--model", run, "--data", references, "--json")
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let scores = try #require(
      JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any])
    #expect(scores["sources"] as? Int == 2)
    #expect(try #require(scores["perplexity"] as? Double) > 1)

    let inspected = try Tool.run("inspect", run)
    #expect(inspected.status == 0, "\(inspected.errors)")
    #expect(inspected.output.contains("cross_attention"))
    #expect(inspected.output.contains("= source_embedding.weight"))  // tied
  }

  @Test func anInterruptedRunGoesOnToTheSameParameters() throws {
    let folder = try TemporaryFolder()
    let (whole, parts) = (folder.path + "/whole", folder.path + "/parts")
    // The schedule does not depend on the number of steps, so that the first part can end early.
    let constant = ["training.schedule.kind=constant", "training.schedule.rate=0.001"]
    #expect(try train(whole, [], settings: copySettings(steps: 6) + constant).status == 0)
    #expect(try train(parts, [], settings: copySettings(steps: 4) + constant).status == 0)
    let resumed = try Tool.run(
      "train", "--output", parts, "--resume", "--set", "training.maximumSteps=6")
    #expect(resumed.status == 0, "\(resumed.errors)")
    let file = "/last/weights.safetensors"
    #expect(
      FileManager.default.contents(atPath: whole + file)
        == FileManager.default.contents(atPath: parts + file))
  }

  @Test(arguments: [
    ["model.positions=relative", "model.attentionPositions.reach=3"],
    ["model.positions=rotary", "model.selfAttention.window=2"],
    ["model.positions=alibi", "model.crossAttention.score=additive"],
    ["model.positions=none", "model.selfAttention.choice=gumbel"],
  ])
  func attentionIsChosenByConfiguration(settings: [String]) throws {
    let folder = try TemporaryFolder()
    let trained = try train(folder.path, [], settings: copySettings(steps: 2) + settings)
    #expect(trained.status == 0, "\(trained.errors)")
    let translated = try Tool.run("translate", "--model", folder.path, input: "1 2 3\n")
    #expect(translated.status == 0, "\(translated.errors)")
    let word = try train(
      folder.path + "/2", [], settings: copySettings(steps: 1) + ["model.positions=absolute"])
    #expect(word.status == 1)
    #expect(word.errors.contains("model.positions"), "\(word.errors)")
  }

  @Test func aRunIsNotOverwritten() throws {
    let folder = try TemporaryFolder()
    #expect(try train(folder.path, [], settings: copySettings(steps: 1)).status == 0)
    let second = try train(folder.path, [], settings: copySettings(steps: 1))
    #expect(second.status == 2)
    #expect(second.errors.contains("already holds a run"))
  }

  @Test func aResumedRunIsTheSameModel() throws {
    let folder = try TemporaryFolder()
    #expect(try train(folder.path, [], settings: copySettings(steps: 1)).status == 0)
    for setting in ["model.headCount=1", "data.heldOutShare=0.5", "data.sharesVocabulary=true"] {
      let result = try Tool.run("train", "--output", folder.path, "--resume", "--set", setting)
      #expect(result.status == 2)
      #expect(result.errors.contains("--resume: of architecture, model, recurrent and data"))
    }
    let allowed = try Tool.run(
      "train", "--output", folder.path, "--resume", "--set", "model.dropoutRate=0.2", "--set",
      "training.maximumSteps=2")
    #expect(allowed.status == 0, "\(allowed.errors)")
  }

  @Test func aWarmStartBeginsWithTheOtherModelsWeightsAndWords() throws {
    let folder = try TemporaryFolder()
    let data = try folder.file("a.tsv", String(repeating: "a b c\tc b a\n", count: 20))
    let other = try folder.file("b.tsv", String(repeating: "c a d\tx y z\n", count: 20))
    let (first, second) = (folder.path + "/first", folder.path + "/second")
    let settings = ["data.heldOutShare=0", "training.maximumSteps=2", "data.pairsPerBatch=5"]
    #expect(try train(first, [], settings: settings + ["data.train=\(data)"]).status == 0)
    // Nothing is learned, so the weights stay those of the first run.
    let result = try train(
      second, ["--warm-start", first],
      settings: settings + ["data.train=\(other)", "training.schedule.rate=0"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("parameters loaded"))
    for file in ["weights.safetensors", "source_vocabulary.txt", "target_vocabulary.txt"] {
      #expect(
        FileManager.default.contents(atPath: first + "/last/" + file)
          == FileManager.default.contents(atPath: second + "/last/" + file), "\(file)")
    }
    let resumed = try Tool.run("train", "--output", second, "--resume", "--warm-start", first)
    #expect(resumed.status == 2)
  }

  @Test func trainingEndsEarlyAndKeepsTheAverage() throws {
    let folder = try TemporaryFolder()
    let result = try train(
      folder.path, [],
      settings: copySettings(steps: 60) + [
        "training.patience=2", "training.validationInterval=1", "training.minimumImprovement=1000",
        "training.bestBy=bleu", "training.averageDecay=0.9", "training.frozen=[\"encoder.*\"]",
      ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("stopped early, no improvement for 2 validations"))
    #expect(result.errors.contains("bleu"))
    #expect(try contents(of: folder.path + "/last/average.safetensors").count > 1000)
    let unknown = try train(
      folder.path + "/2", [], settings: copySettings(steps: 1) + ["training.bestBy=blue"])
    #expect(unknown.status == 1)
    #expect(unknown.errors.contains("bestBy: expected one of perplexity, sequenceErrorRate, bleu"))
  }

  @Test func wordsAndNumbersThatDoNotFitAreNamed() throws {
    let folder = try TemporaryFolder()
    for (setting, message) in [
      ("training.maximumSteps=1.5", "training.maximumSteps: found 1.5, which is not whole"),
      ("data.task=cpoy", "data.task: \"cpoy\" is none of the words"),
    ] {
      let result = try train(folder.path + "/run", [], settings: [setting])
      #expect(result.status == 1)
      #expect(result.errors.contains(message), "\(result.errors)")
    }
  }

  @Test func unknownKeysAreRefusedWithTheNearest() throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("c.json", #"{ "training": { "maximumStep": 3 } }"#)
    let result = try train(folder.path + "/run", ["--config", file])
    #expect(result.status == 1)
    #expect(result.errors.contains(file))
    #expect(result.errors.contains("did you mean \"maximumSteps\"?"))
    let option = try train(folder.path + "/run", [], settings: ["modle.headCount=2"])
    #expect(option.status == 1)
    #expect(option.errors.contains("did you mean \"model\"?"))
  }

  @Test(arguments: [
    ("{", "line 1"), (#"{ "model": 3 }"#, "model: expected an object"),
    (#"{ "model": { "headCount": "two" } }"#, "model.headCount: expected a number"),
    (#"{ "model": { "activation": "rleu" } }"#, "activation"),
    (#"{ "training": { "labelSmoothing": 1 } }"#, "labelSmoothing: expected at least 0"),
    (#"{ "model": { "dropoutRate": 1 } }"#, "dropoutRate: expected a rate"),
    (#"{ "data": { "tokensPerBatch": 0 } }"#, "data.tokensPerBatch: expected a whole number"),
    (#"{ "data": { "maximumLength": -3 } }"#, "data.maximumLength: expected a whole number"),
    (#"{ "data": { "shortest": 5, "longest": 4 } }"#, "data.longest: expected at least"),
    (#"{ "data": { "heldOutShare": 1 } }"#, "data.heldOutShare: expected"),
  ])
  func aBadConfigurationSaysWhere(text: String, message: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("c.json", text)
    let result = try Tool.run(
      "train", "--output", folder.path + "/run", "--config", file, "--set", "data.task=copy")
    #expect(result.status == 1)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/run"))
  }

  @Test func badDataSayFileAndLine() throws {
    let folder = try TemporaryFolder()
    let noTab = try folder.file("no-tab.tsv", "a\tb\nc\n")
    let invalid = try folder.file(
      "invalid.tsv", bytes: [0x61, 0x09, 0x62, 0x0A, 0xFF, 0x09, 0x62, 0x0A])
    for (file, place) in [
      (noTab, "no-tab.tsv:2"), (invalid, "invalid.tsv:2"), (folder.path + "/none.tsv", "none.tsv"),
    ] {
      let result = try train(folder.path + "/run", [], settings: ["data.train=\(file)"])
      #expect(result.status == 1)
      #expect(result.errors.contains(place), "\(result.errors)")
    }
  }

  @Test func withNothingHeldOutTheLastModelIsTheResult() throws {
    let folder = try TemporaryFolder()
    let result = try train(
      folder.path, [], settings: copySettings(steps: 2) + ["data.heldOutShare=0"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("the model is in \(folder.path)/last"))
    #expect(try Tool.run("translate", "--model", folder.path, input: "1\n").status == 0)
  }

  @Test func anEmptyFileCannotBeEvaluated() throws {
    let folder = try TemporaryFolder()
    #expect(try train(folder.path + "/run", [], settings: copySettings(steps: 1)).status == 0)
    let empty = try folder.file("empty.tsv", "")
    let result = try Tool.run("evaluate", "--model", folder.path + "/run", "--data", empty)
    #expect(result.status == 1)
    #expect(result.errors.contains("empty.tsv: expected at least one source"))
  }

  @Test func aFolderThatIsNoModelIsRefused() throws {
    let folder = try TemporaryFolder()
    let result = try Tool.run("translate", "--model", folder.path, input: "a\n")
    #expect(result.status == 1)
    #expect(result.errors.contains("expected a checkpoint"))
  }
}
