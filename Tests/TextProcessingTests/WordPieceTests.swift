import Foundation
import TestSupport
import Testing
import TextProcessing

/// Against the transformers library's BertTokenizer; Fixtures/generate_word_pieces.py asked it.
struct WordPieceTests {
  struct Cases: Decodable {
    struct Group: Decodable {
      let lowercases: Bool
      let stripsAccents: Bool?
      let separatesChinese: Bool
      let maximumLength: Int?
      let numbers: [[Int]]
    }
    let texts: [String]
    let groups: [Group]
  }

  private static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/word_pieces/\(name)").path
  }

  private static func vocabulary() throws -> WordPieceVocabulary {
    try WordPieceVocabulary(contentsOf: path("vocab.txt"))
  }

  @Test func numbersAreTheLibrarys() throws {
    let cases = try JSONDecoder().decode(
      Cases.self, from: Data(try contents(of: Self.path("cases.json"))))
    #expect(cases.texts.count > 500)
    #expect(cases.groups.count == 7)
    let vocabulary = try Self.vocabulary()
    for group in cases.groups {
      let tokenizer = WordPieceTokenizer(
        vocabulary,
        words: BasicTokenizer(
          lowercases: group.lowercases, stripsAccents: group.stripsAccents,
          separatesChinese: group.separatesChinese))
      for (text, expected) in zip(cases.texts.suffix(group.numbers.count), group.numbers) {
        let found = tokenizer.numbers(of: text, maximumLength: group.maximumLength ?? .max)
        #expect(found == expected, "\(text.debugDescription)")
      }
    }
  }

  /// Every Unicode scalar there is, by what becomes of it between two letters.
  @Test func characterClassesAreTheLibrarys() throws {
    var expected: [String: Set<UInt32>] = [:]
    for line in try TextFile.lines(of: Self.path("classes.txt")) {
      let words = line.split(separator: " ")
      expected[String(words[0])] = Set(
        words.dropFirst().flatMap { range -> ClosedRange<UInt32> in
          let ends = range.split(separator: "-").map { UInt32($0, radix: 16)! }
          return ends[0]...ends.last!
        })
    }
    let plain = BasicTokenizer(lowercases: false, stripsAccents: false)
    let stripping = BasicTokenizer(lowercases: false, stripsAccents: true)
    var found: [String: Set<UInt32>] = [:]
    for scalar in (UInt32(0)..<0x110000).lazy.compactMap(Unicode.Scalar.init) {
      let words = plain.encode("a\(scalar)b")
      let name: String? =
        switch words.count {
        case 1 where words[0] == "ab": "dropped"
        case 2: "space"
        case 3: "\(scalar)".utf8.elementsEqual(words[1].utf8) ? "apart" : nil
        default: stripping.encode("a\(scalar)b") == ["ab"] ? "accent" : nil
        }
      if let name { found[name, default: []].insert(scalar.value) }
    }
    let apart = try #require(expected["punctuation"]).union(try #require(expected["chinese"]))
    #expect(found["apart"]?.symmetricDifference(apart) == [])
    for name in ["dropped", "space", "accent"] {
      #expect(found[name]?.symmetricDifference(try #require(expected[name])) == [], "\(name)")
    }
  }

  @Test func wordsAreCutIntoTheLongestPieces() throws {
    let folder = try TemporaryFolder()
    let lines = "[PAD] [UNK] [CLS] [SEP] [MASK] un ##aff ##able ##a ##ff ! una"
    let path = try folder.file("vocab.txt", lines.replacingOccurrences(of: " ", with: "\n"))
    let tokenizer = WordPieceTokenizer(try WordPieceVocabulary(contentsOf: path))
    #expect(tokenizer.encode("Unaffable!") == ["una", "##ff", "##able", "!"])
    // "una" is taken though "un ##aff" would have led to an end.
    #expect(tokenizer.encode("unaff unaffx") == ["una", "##ff", "[UNK]"])
    #expect(tokenizer.numbers(of: "un!") == [2, 5, 10, 3])
    #expect(tokenizer.numbers(of: "un!", maximumLength: 3) == [2, 5, 3])
    #expect(tokenizer.numbers(of: "") == [2, 3])
    #expect(tokenizer.decode(["un", "##aff", "##able", "!", "[SEP]"]) == "unaffable ! [SEP]")
    #expect(tokenizer.decode(["##a", "##ff"]) == "##aff")
    #expect(tokenizer.decode([]) == "")
  }

  @Test func vocabulariesRoundTrip() throws {
    let folder = try TemporaryFolder()
    let vocabulary = try Self.vocabulary()
    let path = folder.path + "/vocab.txt"
    try vocabulary.write(to: path)
    #expect(try WordPieceVocabulary(contentsOf: path) == vocabulary)
    #expect(try contents(of: path) == contents(of: Self.path("vocab.txt")))
    #expect(vocabulary[vocabulary.id(of: .mask)] == "[MASK]")
    #expect(vocabulary.id(of: .unknown) == 7)
    #expect(vocabulary.id(of: "[UNK] ") == nil)
  }

  static let five = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"

  @Test(
    arguments: [
      ("", "expected the special token '[PAD]', found it on none of 0 lines", nil),
      ("[PAD]\n[UNK]\n[CLS]\na\n[MASK]\n", "the special token '[SEP]', found it on none of 5", nil),
      ("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[mask]\n", "the special token '[MASK]'", nil),
      (five + "a\n\nb\n", "found an empty line", 7),
      (five + "a\nb\na\n", "the token 'a' stands on line 6 already", 8),
      (five + "a\n[CLS]\n", "the token '[CLS]' stands on line 3 already", 7),
      (five + "a\rb\n", "found a carriage return", 6),
    ] as [(String, String, Int?)])
  func damagedVocabulariesAreRefused(_ contents: String, _ message: String, _ line: Int?) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("vocab.txt", contents)
    let error = try #require(throws: TextFileError.self) {
      try WordPieceVocabulary(contentsOf: path)
    }
    #expect(error.file == path)
    #expect(error.line == line)
    #expect(error.description.contains(message), "\(error)")
  }

  @Test func textThatIsNoUTF8IsRefused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("vocab.txt", bytes: Array(Self.five.utf8) + [0x61, 0xFF, 0x0A])
    let error = try #require(throws: TextFileError.self) {
      try WordPieceVocabulary(contentsOf: path)
    }
    #expect(error == TextFileError(file: path, line: 6, problem: .invalidUTF8(byte: 2)))
  }

  @Test func aLengthWithoutRoomForTheEndsIsAMistakeInCode() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = WordPieceTokenizer(try Self.vocabulary()).numbers(of: "a", maximumLength: 1)
    }
    expectMessage(result, naming: ["WordPieceTokenizer.numbers", "at least 2", "found 1"])
  }
}
