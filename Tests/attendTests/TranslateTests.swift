import Foundation
import TestSupport
import Testing

/// What `translate` and `score` write for a model that hardly knows anything.
@Suite struct TranslateTests {
  private let model: TinyModel
  private let input = "1 2\n\n3 3 3\n4\n1 2 3 4\n"

  init() throws { model = try .copy() }

  private func translate(_ options: String..., input: String? = nil) throws -> Tool.Result {
    try Tool.run(
      ["translate", "--model", model.path] + options, input: Data((input ?? self.input).utf8))
  }

  private func lines(_ result: Tool.Result) throws -> [Substring] {
    try #require(result.status == 0, "\(result.errors)")
    return result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  }

  @Test func orderAndEmptyLinesAreKeptWhateverTheBatches() throws {
    let together = try lines(translate())
    #expect(together.count == 5)
    #expect(together[1].isEmpty)
    #expect(try lines(translate("--batch-size", "1")) == together)
    #expect(try lines(translate("--batch-tokens", "3")) == together)
    // Each line by itself.
    let single = try input.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .map { try lines(translate(input: $0 + "\n"))[0] }
    #expect(single == together)
  }

  @Test func severalModelsDecideTogether() throws {
    let alone = try lines(translate("--json"))
    #expect(try lines(translate("--model", model.path, "--json")) == alone)
    let other = try TinyModel.copy(["model.seed=9"])
    let together = try lines(translate("--model", other.path, "--json"))
    #expect(together.count == 5 && together != alone)
    let pairs = try model.folder.file("pairs.tsv", "1 2\t1 2\n3\t3\n")
    func score(_ models: [String]) throws -> [Double] {
      let result = try Tool.run(
        ["score", "--data", pairs] + models.flatMap { ["--model", $0] })
      #expect(result.status == 0, "\(result.errors)")
      return result.output.split(separator: "\n").compactMap {
        Double($0.split(separator: "\t")[0])
      }
    }
    // A normalised geometric mean is at least as probable as the geometric mean.
    let (first, second) = (try score([model.path]), try score([other.path]))
    for (row, both) in try score([model.path, other.path]).enumerated() {
      #expect(both >= (first[row] + second[row]) / 2 - 1e-5)
    }
    let stranger = try TinyModel.copy(["data.symbolCount=6"])
    let refused = try translate("--model", stranger.path)
    #expect(refused.status == 1 && refused.output.isEmpty)
    #expect(
      refused.errors.contains("\(stranger.path): expected the tokenizers and vocabularies of"))
  }

  @Test func inputWithoutItsLastLineEndIsALine() throws {
    #expect(try lines(translate(input: "1 2\n3")).count == 2)
    #expect(try lines(translate(input: "1 2\r\n3\r\n")) == lines(translate(input: "1 2\n3\n")))
    #expect(try lines(translate(input: "")).isEmpty)
  }

  @Test func theBestOfAListIsTheTranslation() throws {
    let best = try lines(translate("--beam", "5"))
    let list = try lines(translate("--beam", "5", "--n-best", "3"))
    let columns = list.map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(columns.allSatisfy { $0.count == 3 })
    for (index, text) in best.enumerated() {
      let own = columns.filter { $0[0] == "\(index + 1)" }
      #expect(own.first?[2] == String(text))
      let scores = own.compactMap { Double($0[1]) }
      #expect(scores == scores.sorted(by: >))
      #expect(Set(own.map { $0[2] }).count == own.count)
    }
    // An empty source has one output.
    #expect(columns.count == 4 * 3 + 1)
  }

  @Test func jsonHasTheTokensAndScoreGivesTheirLogProbabilities() throws {
    let objects = try lines(translate("--json", "--length-penalty", "none")).map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(objects.map { $0["line"] as? Int } == [1, 2, 3, 4, 5])
    var pairs = ""
    var expected: [Double] = []
    for object in objects {
      let output = try #require((object["outputs"] as? [[String: Any]])?.first)
      let tokens = try #require(output["tokens"] as? [String])
      let each = try #require(output["tokenLogProbabilities"] as? [Double])
      #expect(tokens.count == each.count)
      let total = try #require(output["logProbability"] as? Double)
      #expect(abs(each.reduce(0, +) - total) < 1e-4)
      guard output["isFinished"] as? Bool == true else { continue }
      pairs += "\(object["source"] as? String ?? "")\t\(output["text"] as? String ?? "")\n"
      expected.append(total)
    }
    try #require(!expected.isEmpty)
    let file = try model.folder.file("pairs.tsv", pairs)
    let scored = try Tool.run("score", "--model", model.path, "--data", file)
    #expect(scored.status == 0, "\(scored.errors)")
    let found = scored.output.split(separator: "\n").compactMap {
      Double($0.split(separator: "\t")[0])
    }
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-3) }
    #expect(scored.errors.contains("perplexity"))
  }

  @Test func samplesFollowFromTheSeedAndNotFromTheBatches() throws {
    let first = try lines(translate("--sample", "--seed", "3"))
    #expect(try lines(translate("--sample", "--seed", "3", "--batch-size", "1")) == first)
    #expect(try lines(translate("--sample", "--seed", "4")) != first)
    #expect(
      try lines(translate("--sample", "--top-k", "1")) == lines(translate("--beam", "1")))
  }

  @Test func constraintsHold() throws {
    let long = try lines(translate("--minimum-length", "7", "--maximum-length", "7"))
    for (index, line) in long.enumerated() where index != 1 {
      #expect(line.split(separator: " ").count == 7)
    }
    let blocked = try lines(
      translate("--minimum-length", "4", "--maximum-length", "4", "--block-ngrams", "1"))
    for line in blocked {
      #expect(Set(line.split(separator: " ")).count == line.split(separator: " ").count)
    }
    let prefixes = try model.folder.file("prefixes", "4 4\n\n2\n3\n1\n")
    let forced = try lines(translate("--prefixes", prefixes))
    #expect(forced[0].hasPrefix("4 4"))
    #expect(forced[2].hasPrefix("2"))
    let short = try model.folder.file("short", "4\n")
    let failed = try translate("--prefixes", short)
    #expect(failed.status == 1)
    #expect(failed.errors.contains("short"))
  }

  @Test func badInputSaysItsLine() throws {
    let invalid = try Tool.run(
      ["translate", "--model", model.path], input: Data([0x31, 0x0A, 0x31, 0xFF, 0x0A]))
    #expect(invalid.status == 1)
    #expect(invalid.errors.contains("standard input:2"))
    let long = Array(repeating: "1", count: 65).joined(separator: " ")
    let result = try translate(input: "1\n\(long)\n")
    #expect(result.status == 1)
    #expect(result.errors.contains("line 2 of the input: expected at most 64 tokens"))
  }

  @Test(arguments: [
    (["--beam", "0"], "--beam: expected a whole number"),
    (["--beam", "2", "--n-best", "3"], "--n-best 3 needs a --beam of at least 3"),
    (["--sample", "--beam", "2"], "--beam is of beam search"),
    (["--top-k", "2"], "--top-k needs --sample"),
    (["--length-penalty", "wu"], "expected paper, average or none"),
    (["--alpha", "x"], "--alpha: expected a number"),
    (["--alpha", "1", "--length-penalty", "none"], "--alpha is of --length-penalty paper"),
  ])
  func optionsThatMeanNothingAreRefused(options: [String], message: String) throws {
    let result = try Tool.run(["translate", "--model", model.path] + options)
    #expect(result.status == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  @Test func aReaderThatGoesAwayEndsTheToolQuietly() throws {
    let many = String(repeating: "1 2\n", count: 3000)
    let file = try model.folder.file("many", many)
    let errors = model.folder.path + "/errors"
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    shell.arguments = [
      "-c",
      "'\(Tool.path)' translate --model '\(model.path)' < '\(file)' 2> '\(errors)' | head -1 > /dev/null; "
        + "exit ${PIPESTATUS[0]}",
    ]
    try shell.run()
    shell.waitUntilExit()
    #expect(try contents(of: errors).isEmpty)
    #expect([0, 128 + SIGPIPE].contains(shell.terminationStatus))
  }

  @Test func linesComeOutBeforeTheInputEnds() throws {
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: Tool.path)
    process.arguments = ["translate", "--model", model.path]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    defer { process.terminate() }
    input.fileHandleForWriting.write(Data("1 2\n".utf8))
    // Comes although the input is open; otherwise this waits for ever.
    let line = output.fileHandleForReading.availableData
    #expect(line.last == 0x0A)
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
