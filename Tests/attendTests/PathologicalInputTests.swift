import Foundation
import TestSupport
import Testing

/// Text that nobody meant to write: the rows of "Pathological input" in Docs/Reliability.md.
@Suite struct PathologicalInputTests {
  private let model: TinyModel
  private var folder: TemporaryFolder { model.folder }

  init() throws { model = try .copy() }

  private func translate(_ input: [UInt8], _ options: String...) throws -> Tool.Result {
    try Tool.run(["translate", "--model", model.path] + options, input: Data(input))
  }

  /// The outputs of text, a line each.
  private func lines(_ input: [UInt8], _ options: String...) throws -> [Substring] {
    let result = try Tool.run(
      ["translate", "--model", model.path] + options, input: Data(input))
    try #require(result.status == 0, "\(result.errors)")
    return result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  }

  private func lines(_ input: String) throws -> [Substring] { try lines(Array(input.utf8)) }

  @Test func emptyLinesAndBlankOnesAreEmptyOutputs() throws {
    let found = try lines("\n \t \n1\n\n")
    #expect(found.count == 4)
    #expect(found[0].isEmpty && found[1].isEmpty && found[3].isEmpty)
    #expect(try lines("1\n")[0] == found[2])
    for search in [["--beam", "1"], ["--sample"], ["--n-best", "2", "--json"]] {
      let result = try Tool.run(
        ["translate", "--model", model.path] + search, input: Data("\n".utf8))
      #expect(result.status == 0, "\(result.errors)")
    }
  }

  @Test func emptySidesOfPairs() throws {
    let data = try folder.file("pairs.tsv", "\t1\n1\t\n\t\n")
    let scored = try Tool.run("score", "--model", model.path, "--data", data)
    #expect(scored.status == 0, "\(scored.errors)")
    let rows = scored.output.split(separator: "\n")
    // Nothing is known of what follows an empty source; an empty target is its end token.
    #expect(
      rows.count == 3 && rows[0] == "nan\t0" && rows[1].hasSuffix("\t1") && rows[2] == rows[0])
    let evaluated = try Tool.run("evaluate", "--model", model.path, "--data", data)
    #expect(evaluated.status == 1)
    #expect(evaluated.errors.contains("expected at least one source, found none"))
  }

  @Test func anEmptyFileIsNoLines() throws {
    let empty = try folder.file("empty", "")
    #expect(try lines("").isEmpty)
    for command in [["tokenize"], ["score", "--model", model.path, "--data", empty]] {
      let result = try Tool.run(command)
      #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
    }
    for (setting, problem) in [
      ("data.train=\(empty)", "there is nothing to train on: the data have no batches"),
      ("data.train=\(empty)/*.tsv", "expected files with names like \(empty)/*.tsv, found none"),
    ] {
      let result = try Tool.run("train", "--output", folder.path + "/new", "--set", setting)
      #expect(result.status == 1)
      #expect(result.errors.contains(problem), "\(result.errors)")
    }
    let vocabulary = try Tool.run("vocabulary", empty)
    #expect(vocabulary.status == 0 && vocabulary.output == "<pad>\n<unk>\n<s>\n</s>\n")
  }

  /// 64 tokens are the model's limit.
  @Test func lengthsUpToTheLimit() throws {
    func source(_ count: Int) -> String {
      Array(repeating: "1", count: count).joined(separator: " ")
    }
    #expect(try lines("1\n").count == 1)
    #expect(try lines(source(64) + "\n").count == 1)
    let over = try translate(Array("1\n\(source(65))\n".utf8))
    #expect(over.status == 1)
    #expect(
      over.errors.contains(
        "line 2 of the input: expected at most 64 tokens (model.maximumLength), found 65"),
      "\(over.errors)")
    // The target and its end token.
    for (count, status) in [(63, Int32(0)), (64, 1)] {
      let pair = try folder.file("pair.tsv", "1\t\(source(count))\n")
      let scored = try Tool.run("score", "--model", model.path, "--data", pair)
      #expect(scored.status == status, "\(scored.errors)")
      let evaluated = try Tool.run("evaluate", "--model", model.path, "--data", pair)
      #expect(evaluated.status == status, "\(evaluated.errors)")
    }
    let forced = try folder.file("prefixes", source(80) + "\n")
    let prefixed = try Tool.run(
      "translate", "--model", model.path, "--prefixes", forced, input: "1\n")
    #expect([0, 1].contains(prefixed.status), "\(prefixed.errors)")
  }

  @Test func specialTokensInTextAreTokens() throws {
    // As padding, unknown, start and end of text all through.
    let found = try lines("<pad> <pad>\n<s> </s>\n<unk>\n")
    #expect(found.count == 3)
    let data = try folder.file("pairs.tsv", "1\t<pad> <s>\n<pad>\t1\n")
    #expect(try Tool.run("score", "--model", model.path, "--data", data).status == 0)
    let end = try folder.file("end.tsv", "1\t1 </s> 1\n")
    let scored = try Tool.run("score", "--model", model.path, "--data", end)
    #expect([0, 1].contains(scored.status), "\(scored.errors)")
  }

  @Test func aVocabularyOfOneToken() throws {
    let data = try folder.file("one.tsv", String(repeating: "a\ta\n", count: 20))
    for architecture in ["transformer", "recurrent"] {
      let one = try TinyModel([
        "architecture=\(architecture)", "recurrent.modelDimension=12", "data.train=\(data)",
        "data.heldOutShare=0", "training.maximumSteps=3",
      ])
      let result = try Tool.run("translate", "--model", one.path, input: "a\nb a\n\n")
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.split(separator: "\n", omittingEmptySubsequences: false).count == 4)
      #expect(result.errors.contains("1 of 3 tokens are not in the vocabulary, the first, 'b'"))
    }
    // None at all: everything is unknown.
    let none = try TinyModel([
      "data.train=\(data)", "data.minimumFrequency=1000", "data.heldOutShare=0",
      "training.maximumSteps=2",
    ])
    #expect(try Tool.run("translate", "--model", none.path, input: "a\n").status == 0)
  }

  @Test func aLineOfAMillionCharacters() throws {
    let words = Array(repeating: "1", count: 500_000).joined(separator: " ") + "\n"
    let one = String(repeating: "1", count: 1_000_000) + "\n"
    let long = try translate(Array(words.utf8))
    #expect(long.status == 1)
    #expect(long.errors.contains("expected at most 64 tokens (model.maximumLength), found 500000"))
    #expect(try lines(one + "2\n").count == 2)
    let tokenized = try Tool.run("tokenize", "--kind", "characters", input: one)
    #expect(tokenized.status == 0 && tokenized.output.utf8.count == 2_000_000)
    let codes = try folder.file("codes", "#version: 0.2\n1 1\n")
    let subwords = try Tool.run("tokenize", "--codes", codes, input: words)
    #expect(subwords.status == 0 && subwords.output == words)
    let data = try folder.file("long.tsv", words.dropLast() + "\t1\n1\t1\n")
    let trained = try Tool.run(
      ["train", "--output", folder.path + "/long"]
        + (TinyModel.settings + ["data.train=\(data)", "data.heldOutShare=0"]
        + ["training.maximumSteps=1"]).flatMap { ["--set", $0] })
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.errors.contains("1 pairs are too long and left out"))
  }

  /// A missing byte, one too many, a surrogate, an overlong slash, one past the last scalar.
  @Test(
    arguments: [
      [0xC3], [0xFF], [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xF4, 0x90, 0x80, 0x80],
    ] as [[UInt8]])
  func bytesThatAreNotUTF8(bytes: [UInt8]) throws {
    let text = Array("1\n1 ".utf8) + bytes + Array("\n".utf8)
    let translated = try translate(text)
    #expect(translated.status == 1)
    #expect(
      translated.errors.contains(
        "standard input:2: expected UTF-8, found an invalid byte at position 3 of the line"),
      "\(translated.errors)")
    let file = try folder.file("file", bytes: text)
    for command in [
      ["tokenize"], ["vocabulary", file], ["score", "--model", model.path, "--data", file],
      ["evaluate", "--hypotheses", file, "--target", file],
    ] {
      let result = try Tool.run(command, input: Data(text))
      #expect(result.status == 1, "\(command)")
      #expect(result.errors.contains(":2: expected UTF-8"), "\(result.errors)")
    }
  }

  /// Characters that are seen by nobody are parts of words as any other; only LF ends a line.
  @Test func controlCharactersAndZeroBytes() throws {
    for character in [
      "\0", "\u{1B}[2J", "\u{7F}", "\u{85}", "\u{2028}", "\u{200B}", "\r1", "\u{C}",
    ] {
      let found = try lines("1\(character)2\n2\n")
      #expect(found.count == 2, "\(character.unicodeScalars)")
      #expect(found[1] == (try lines("2\n"))[0])
      let tokens = try Tool.run("tokenize", "--kind", "characters", input: "1\(character)\n")
      #expect(tokens.status == 0)
      #expect(tokens.output.unicodeScalars.contains(character.unicodeScalars.first!))
    }
    let data = try folder.file("zeros.tsv", String(repeating: "a\0b\tc\0\n", count: 20))
    let zeros = try TinyModel([
      "data.train=\(data)", "data.heldOutShare=0", "training.maximumSteps=2",
    ])
    let translated = try Tool.run("translate", "--model", zeros.path, input: "a\0b\n")
    #expect(translated.status == 0)
    #expect(translated.errors.isEmpty, "the token is in the vocabulary: \(translated.errors)")
  }

  @Test func lineEndsOfWindowsAndByteOrderMarks() throws {
    let plain = try lines("1 2\n3\n\n4\n")
    #expect(try lines("1 2\r\n3\r\n\r\n4\r\n") == plain)
    #expect(try lines("\u{FEFF}1 2\r\n3\n\n4") == plain)
    // A mark is one at the beginning alone; elsewhere it is a character.
    let inside = try translate(Array("1 2\n\u{FEFF}3\n".utf8))
    #expect(inside.errors.contains("1 of 3 tokens are not in the vocabulary"), "\(inside.errors)")
    let data = try folder.file("windows.tsv", "\u{FEFF}1\t2\r\n3\t4\r\n")
    let same = try folder.file("plain.tsv", "1\t2\n3\t4\n")
    #expect(
      try Tool.run("score", "--model", model.path, "--data", data).output
        == Tool.run("score", "--model", model.path, "--data", same).output)
  }
}
