import Foundation
import TestSupport
import Testing

/// Scores of files of outputs, and of a model.
@Suite struct EvaluateTests {
  private let folder: TemporaryFolder
  private let hypotheses: String
  private let target: String

  init() throws {
    folder = try TemporaryFolder()
    hypotheses = try folder.file("hypotheses", "the cat sat on the mat .\na dog runs fast today\n")
    target = try folder.file("target", "the cat sat on the mat .\na dog ran very fast today\n")
  }

  private func evaluate(_ options: String...) throws -> [String: Any] {
    let result = try Tool.run(["evaluate"] + options + ["--json"])
    try #require(result.status == 0, "\(result.errors)")
    return try #require(
      JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  private func scores(_ report: [String: Any]) throws -> [String: [String: Any]] {
    let list = try #require(report["scores"] as? [[String: Any]])
    return Dictionary(
      uniqueKeysWithValues: try list.map { (try #require($0["name"] as? String), $0) })
  }

  @Test func outputsThatAreTheReferencesAreRight() throws {
    let all = try scores(
      evaluate(
        "--hypotheses", target, "--target", target, "--metrics", "bleu,chrf,chrf++,ter,wer,per"))
    for name in ["bleu", "chrf", "chrf++"] {
      #expect(abs((all[name]?["value"] as? Double ?? 0) - 100) < 1e-9)
    }
    for name in ["ter", "wer", "per"] { #expect(all[name]?["value"] as? Double == 0) }
  }

  @Test func errorsAreCounted() throws {
    let all = try scores(
      evaluate("--hypotheses", hypotheses, "--target", target, "--metrics", "wer,per,bleu"))
    #expect(all["wer"]?["value"] as? Double == 50)
    // "runs" for "ran", and "very" is missing: 2 of 13 tokens.
    #expect(abs((all["per"]?["value"] as? Double ?? 0) - 200.0 / 13) < 1e-9)
    let signature = try #require(all["bleu"]?["signature"] as? String)
    #expect(signature.hasPrefix("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:"))
  }

  @Test func aFurtherTargetIsAnAlternative() throws {
    let other = try folder.file("other", "x\na dog runs fast today\n")
    let all = try scores(
      evaluate(
        "--hypotheses", hypotheses, "--target", target, "--target", other, "--metrics", "wer"))
    #expect(all["wer"]?["value"] as? Double == 0)
  }

  @Test func aBaselineIsComparedWith() throws {
    let all = try scores(
      evaluate(
        "--hypotheses", target, "--target", target, "--baseline", hypotheses, "--metrics",
        "bleu,per"))
    for name in ["bleu", "per"] {
      let score = try #require(all[name])
      let (value, baseline) = (score["value"] as? Double, score["baseline"] as? Double)
      #expect(try #require(value) != #require(baseline))
      for key in ["bootstrapP", "randomizationP"] {
        #expect((0...1).contains(try #require(score[key] as? Double)))
      }
    }
    let same = try scores(
      evaluate(
        "--hypotheses", target, "--target", target, "--baseline", target, "--metrics", "bleu"))
    #expect(same["bleu"]?["bootstrapP"] as? Double == 1)
  }

  @Test func intervalsHoldTheScore() throws {
    let score = try #require(
      scores(
        evaluate(
          "--hypotheses", hypotheses, "--target", target, "--metrics", "per", "--confidence"))[
          "per"])
    let interval = try #require(score["interval"] as? [Double])
    let value = try #require(score["value"] as? Double)
    #expect(interval.count == 2 && interval[0] <= value && value <= interval[1])
  }

  @Test func aModelsOutputsAreWrittenAndScoreTheSame() throws {
    let model = try TinyModel.copy()
    let source = try folder.file("sources", "1 2\n3\n2 2 4\n")
    let output = folder.path + "/output"
    let own = try evaluate(
      "--model", model.path, "--source", source, "--target", source, "--beam", "2", "--metrics",
      "per", "--output", output)
    #expect(try #require(own["perplexity"] as? Double) > 1)
    let again = try evaluate(
      "--hypotheses", output, "--target", source, "--metrics", "per")
    #expect(
      try scores(own)["per"]?["value"] as? Double == scores(again)["per"]?["value"] as? Double)
  }

  @Test func filesThatDoNotBelongTogetherAreRefused() throws {
    let short = try folder.file("short", "a\n")
    for options in [
      ["--hypotheses", short, "--target", target],
      ["--hypotheses", target, "--target", target, "--target", short],
      ["--hypotheses", target, "--target", target, "--source", short],
      ["--hypotheses", target, "--target", target, "--baseline", short],
    ] {
      let result = try Tool.run(["evaluate"] + options)
      #expect(result.status == 1)
      // Both counts.
      #expect(result.errors.contains("short: has 1 lines but"), "\(result.errors)")
      #expect(result.errors.contains("has 2"), "\(result.errors)")
    }
  }

  @Test func wrongCombinationsAreRefused() throws {
    for (options, message) in [
      ([], "expected one of --model and --hypotheses"),
      (["--hypotheses", hypotheses], "expected references from one of"),
      (
        ["--hypotheses", hypotheses, "--target", target, "--metrics", "blue"], "--metrics: expected"
      ),
      (["--hypotheses", hypotheses, "--target", target, "--tokenize", "14a"], "13a"),
    ] {
      let result = try Tool.run(["evaluate"] + options)
      #expect(result.status == 2)
      #expect(result.errors.contains(message), "\(result.errors)")
    }
  }
}
