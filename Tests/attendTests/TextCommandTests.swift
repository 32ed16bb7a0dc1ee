import Foundation
import TestSupport
import Testing

/// tokenize, vocabulary, completion, and runs that use subwords.
@Suite struct TextCommandTests {
  private static let text = "low lower lowest\nnew newer newest\nlow new\nlower newer\n"

  private func run(_ arguments: String..., input: String = "") throws -> String {
    let result = try Tool.run(arguments, input: Data(input.utf8))
    try #require(result.status == 0, "\(result.errors)")
    return result.output
  }

  @Test func subwordsAreLearnedAppliedAndPutTogether() throws {
    let folder = try TemporaryFolder()
    let codes = folder.path + "/codes"
    let vocabulary = try run("vocabulary", "--merges", "6", "--codes", codes, input: Self.text)
    let lines = String(decoding: try contents(of: codes), as: UTF8.self).split(separator: "\n")
    #expect(lines[0] == "#version: 0.2")
    #expect(lines.count == 7)
    let tokens = try run("tokenize", "--codes", codes, input: Self.text)
    #expect(tokens.contains("@@ "))
    #expect(try run("tokenize", "--codes", codes, "--decode", input: tokens) == Self.text)
    let listed = Set(vocabulary.split(separator: "\n"))
    for token in tokens.split(whereSeparator: \.isWhitespace) { #expect(listed.contains(token)) }
    // Spaces outside the text stay, as subword-nmt leaves them.
    let spaced = try run("tokenize", "--codes", codes, input: " low  \n")
    #expect(spaced.hasPrefix(" l") && spaced.hasSuffix("w  \n"))
    // All merges left out: characters.
    #expect(
      try run("tokenize", "--codes", codes, "--dropout", "1", input: "low\n") == "l@@ o@@ w\n")
    let sampled = try run("tokenize", "--codes", codes, "--dropout", "0.5", input: Self.text)
    #expect(try run("tokenize", "--codes", codes, "--dropout", "0.5", input: Self.text) == sampled)
    #expect(try run("tokenize", "--codes", codes, "--decode", input: sampled) == Self.text)
  }

  @Test func vocabulariesAreCountedAndLimited() throws {
    let counts = try run("vocabulary", "--counts", input: "b a\na c\n")
    #expect(counts == "a\t2\nb\t1\nc\t1\n")
    #expect(try run("vocabulary", "--limit", "1", input: "b a\na\n").hasSuffix("</s>\na\n"))
    #expect(
      try run("vocabulary", "--minimum-frequency", "2", "--counts", input: "b a\na\n") == "a\t2\n")
    #expect(
      try run("vocabulary", "--kind", "characters", "--counts", input: "aab\n") == "a\t2\nb\t1\n")
  }

  @Test func formsOfUnicodeAreMadeOne() throws {
    let decomposed = "e\u{301} ﬁ\n"
    #expect(Array(try run("tokenize", input: decomposed).utf8) == Array(decomposed.utf8))
    let composed = try run("tokenize", "--normalization", "nfc", input: decomposed)
    #expect(Array(composed.utf8) == Array("\u{E9} ﬁ\n".utf8))
    let compatible = try run("tokenize", "--normalization", "nfkc", input: decomposed)
    #expect(Array(compatible.utf8) == Array("\u{E9} fi\n".utf8))
  }

  @Test func aRunLearnsItsSubwordsAndKeepsThem() throws {
    let folder = try TemporaryFolder()
    let pairs = (0..<40).map { "low lower\tnew newer \($0 % 3)\n" }.joined()
    let data = try folder.file("train.tsv", pairs)
    let shared = try TinyModel([
      "data.train=\(data)", "data.validation=\(data)", "data.sourceTokenizer=bpe",
      "data.targetTokenizer=bpe", "data.bpeMerges=5", "data.sharesVocabulary=true",
      "data.bpeDropout=0.2", "data.pairsPerBatch=8", "training.maximumSteps=6",
    ])
    let tokens = try run("tokenize", "--model", shared.path, input: "lower\n")
    #expect(tokens.contains("@@"))
    #expect(try run("translate", "--model", shared.path, input: "low\n").last == "\n")
    let resumed = try Tool.run(
      "train", "--output", shared.path, "--resume", "--set", "training.maximumSteps=8")
    #expect(resumed.status == 0, "\(resumed.errors)")
  }

  @Test func parallelFilesAreATrainingSetToo() throws {
    let folder = try TemporaryFolder()
    let source = try folder.file("source", String(repeating: "a b\n", count: 20))
    let target = try folder.file("target", String(repeating: "b a\n", count: 20))
    let settings = ["data.trainSource=\(source)", "training.maximumSteps=2"]
    _ = try TinyModel(settings + ["data.trainTarget=\(target)", "data.heldOutShare=0"])
    for (more, message) in [
      ([], "data.trainTarget: expected the file"),
      (["data.trainTarget=\(try folder.file("short", "a\n"))"], "has 20 lines but"),
      (["data.trainTarget=\(target)", "data.train=\(source)"], "expected this or trainSource"),
    ] {
      do {
        _ = try TinyModel(settings + more)
        Issue.record("expected an error with \(message)")
      } catch {
        #expect("\(error)".contains(message), "\(error)")
      }
    }
  }

  @Test(arguments: [
    (["--kind", "bpe"], "--kind bpe and --codes belong together"),
    (["--dropout", "0.1"], "--dropout is of byte-pair encoding"),
    (["--kind", "syllables"], "expected one of words, characters, bpe"),
    (["--normalization", "nfd"], "expected one of none, nfc, nfkc"),
  ])
  func wrongTokenizersAreRefused(options: [String], message: String) throws {
    let result = try Tool.run(["tokenize"] + options)
    #expect(result.status == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  @Test func codesThatAreNoneSayTheirLine() throws {
    let folder = try TemporaryFolder()
    for (text, message) in [
      ("a b\n", "codes:1: expected '#version: 0.2'"), ("", "codes:1: expected '#version: 0.2'"),
      ("#version: 0.2\na b\nc\n", "codes:3: expected two symbols"),
    ] {
      let codes = try folder.file("codes", text)
      let result = try Tool.run("tokenize", "--codes", codes)
      #expect(result.status == 1)
      #expect(result.errors.contains(message), "\(result.errors)")
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsNameEveryCommandAndParse(shell: String) throws {
    let script = try run("completion", shell)
    for word in ["translate", "vocabulary", "n-best"] { #expect(script.contains(word)) }
    guard FileManager.default.isExecutableFile(atPath: "/bin/\(shell)") else { return }
    let folder = try TemporaryFolder()
    let check = Process()
    check.executableURL = URL(fileURLWithPath: "/bin/\(shell)")
    check.arguments = ["-n", try folder.file("script", script)]
    try check.run()
    check.waitUntilExit()
    #expect(check.terminationStatus == 0)
  }
}
