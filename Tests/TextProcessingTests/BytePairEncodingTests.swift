import Foundation
import TestSupport
import Testing
import TextProcessing

/// What `Fixtures/generate.py` made with subword-nmt; that file says what it is.
private func fixture(_ name: String) -> String {
  // Found from this source file, so that tests may run in any working directory.
  URL(fileURLWithPath: "\(#filePath)").deletingLastPathComponent()
    .appendingPathComponent("Fixtures/\(name)").path
}

private func text(_ name: String) throws -> [UInt8] { try contents(of: fixture(name)) }

struct BytePairEncodingTests {
  @Test(arguments: [("few.bpe", 250, 2), ("all.bpe", 100_000, 2), ("frequent.bpe", 100_000, 20)])
  func codesAreThoseOfSubwordNMT(
    _ name: String, _ mergeCount: Int, _ minimumFrequency: Int
  ) throws {
    let lines = try TextFile.lines(of: fixture("train.txt"))
    let encoding = BytePairEncoding.learn(
      from: lines, mergeCount: mergeCount, minimumFrequency: minimumFrequency)
    #expect(try Array(encoding.fileContents.utf8) == text(name))
    let folder = try TemporaryFolder()
    try encoding.write(to: folder.path + "/codes")
    #expect(try contents(of: folder.path + "/codes") == text(name))
    #expect(try BytePairEncoding(contentsOf: fixture(name)) == encoding)
  }

  @Test func codesOfWordsWithWhiteSpaceAreThoseOfSubwordNMT() throws {
    let lines = try TextFile.lines(of: fixture("spaces.txt"))
    let encoding = BytePairEncoding.learn(from: lines, mergeCount: 10_000)
    #expect(try Array(encoding.fileContents.utf8) == text("spaces.bpe"))
  }

  /// The first merges do not depend on how many follow; the order of lines does not matter, nor in how many
  /// texts they come.
  @Test func learningIsThatOfTheWordCounts() throws {
    let lines = try TextFile.lines(of: fixture("train.txt"))
    let encoding = BytePairEncoding.learn(from: lines.reversed(), mergeCount: 100)
    let all = try BytePairEncoding(contentsOf: fixture("all.bpe"))
    #expect(encoding.merges == Array(all.merges.prefix(100)))
    var told: [Int] = []
    let words = BytePairEncoding.wordCounts(lines.map { "  \($0) " })
    let again = BytePairEncoding.learn(fromWords: words, mergeCount: 100) { told.append($0) }
    #expect(again == encoding)
    #expect(told == Array(1...100))
  }

  @Test func nothingCanBeLearnedFromNothing() {
    #expect(BytePairEncoding.learn(from: [], mergeCount: 10).merges.isEmpty)
    #expect(BytePairEncoding.learn(from: ["", " ", "a b c", "a"], mergeCount: 10).merges.isEmpty)
    #expect(BytePairEncoding.learn(from: ["ab ab"], mergeCount: 0).merges.isEmpty)
    #expect(BytePairEncoding.learn(from: ["ab ba"], mergeCount: 10).merges.isEmpty)
    #expect(
      BytePairEncoding.learn(from: ["ab ab"], mergeCount: 10).fileContents
        == "#version: 0.2\na b</w>\n")
  }

  @Test(
    arguments: [
      ("", 1, TextFileError.Problem.codesVersion(expected: "#version: 0.2", found: nil)),
      ("a b\n", 1, .codesVersion(expected: "#version: 0.2", found: "a b")),
      (
        "#version: 0.1\na b\n", 1,
        .codesVersion(expected: "#version: 0.2", found: "#version: 0.1")
      ),
      ("#version: 0.2\na b\nab\n", 3, .merge("ab")),
      ("#version: 0.2\na b c\n", 2, .merge("a b c")),
      ("#version: 0.2\na  b\n", 2, .merge("a  b")),
      ("#version: 0.2\na \n", 2, .merge("a ")),
      ("#version: 0.2\na b\n\nc d\n", 3, .merge("")),
      // Found by the fuzzer: without a line feed, a carriage return is no end of a line.
      ("#version: 0.2\nw e\nlo west</\r", 3, .merge("lo west</\r")),
      ("#version: 0.2\na\r b\n", 2, .merge("a\r b")),
    ])
  func damagedCodesAreRefused(
    _ contents: String, _ line: Int, _ problem: TextFileError.Problem
  ) throws {
    let folder = try TemporaryFolder()
    let codes = try folder.file("codes", contents)
    #expect(throws: TextFileError(file: codes, line: line, problem: problem)) {
      try BytePairEncoding(contentsOf: codes)
    }
  }
}

struct BPETokenizerTests {
  let few: BytePairEncoding

  init() throws { few = try BytePairEncoding(contentsOf: fixture("few.bpe")) }

  private func segmented(_ name: String, _ tokenizer: BPETokenizer) throws -> [UInt8] {
    let lines = try TextFile.lines(of: fixture(name))
    return Array(lines.map { tokenizer.segment($0) + "\n" }.joined().utf8)
  }

  @Test func outputIsThatOfSubwordNMT() throws {
    #expect(try segmented("train.txt", BPETokenizer(few)) == text("few.train"))
    #expect(try segmented("test.txt", BPETokenizer(few)) == text("few.test"))
    let all = BPETokenizer(try BytePairEncoding(contentsOf: fixture("all.bpe")))
    #expect(try segmented("test.txt", all) == text("all.test"))
  }

  @Test func rareTokensAreCutFurtherAsBySubwordNMT() throws {
    let lines = try TextFile.lines(of: fixture("train.txt"))
    let counts = TokenCounts(lines.map(BPETokenizer(few).encode))
    // The vocabulary of subword-nmt, in which equal counts have no order.
    let vocabulary = try TextFile.lines(of: fixture("few.vocabulary"))
    for line in vocabulary {
      let entry = line.utf8.split(separator: 0x20).map { String(Substring($0)) }
      #expect(counts[entry[0]] == Int(entry[1]), "\(entry)")
    }
    #expect(Vocabulary(counts).count - Vocabulary.specialTokens.count >= vocabulary.count)
    let tokenizer = BPETokenizer(few, vocabulary: counts, minimumFrequency: 25)
    let expected = try text("rare.test")
    #expect(try segmented("test.txt", tokenizer) == expected)
    #expect(try expected != text("few.test"))
    let none = BPETokenizer(few, vocabulary: counts, minimumFrequency: .max)
    #expect(try segmented("test.txt", none) == text("few.test"))
  }

  @Test func theEarliestOfMergesThatMakeATokenIsTakenBack() {
    let encoding = BytePairEncoding(
      [("a", "b"), ("ab", "c"), ("b", "c"), ("a", "bc")].map { .init($0.0, $0.1) })
    let counts = TokenCounts([["a@@", "b@@", "c@@", "ab@@", "bc@@", "x"]])
    #expect(BPETokenizer(encoding).encode("abcx") == ["abc@@", "x"])
    #expect(BPETokenizer(encoding, vocabulary: counts).encode("abcx") == ["ab@@", "c@@", "x"])
  }

  @Test func glossariesAreThoseOfSubwordNMT() throws {
    let tokenizer = BPETokenizer(few, glossary: ["<tag>", "ab", "日", ""])
    let expected = try text("glossary.test")
    #expect(try segmented("test.txt", tokenizer) == expected)
    #expect(try expected != text("few.test"))
    #expect(tokenizer.encode("x<tag>y<tag>") == ["x@@", "<tag>@@", "y@@", "<tag>"])
  }

  /// As `sed -r 's/(@@ )|(@@ ?$)//g'`.
  @Test func decodingJoinsSubwords() throws {
    let tokenizer = BPETokenizer(few)
    #expect(tokenizer.decode(["a@@", "b", "c@@", "\u{301}@@", "d"]) == "ab c\u{301}d")
    #expect(tokenizer.decode([]) == "")
    #expect(tokenizer.decode(["@@", "a"]) == "a")
    #expect(tokenizer.decode(["a", "b@@"]) == "a b")
    for line in try TextFile.lines(of: fixture("test.txt")) where !line.contains("@@") {
      let words = line.unicodeScalars.split { " \r\n".unicodeScalars.contains($0) }.map(String.init)
      let text = tokenizer.decode(tokenizer.encode(words.joined(separator: " ")))
      // Words that end with what Python takes for the end of a line are followed by no space there.
      #expect(text.utf8.filter { $0 != 0x20 } == words.joined().utf8.map { $0 })
    }
    #expect(tokenizer.encode("").isEmpty && tokenizer.encode("  ").isEmpty)
    #expect(tokenizer.segment("") == "" && tokenizer.segment("  ") == "  ")
  }

  @Test func tokensAreOfTheEncodingAlone() throws {
    // Equal for Swift, and different texts.
    let tokenizer = BPETokenizer(BytePairEncoding([.init("e", "\u{301}</w>")]))
    #expect(tokenizer.encode("\u{E9}").map { Array($0.utf8) } == [[0xC3, 0xA9]])
    #expect(tokenizer.encode("e\u{301}").map { Array($0.utf8) } == [[0x65, 0xCC, 0x81]])
    #expect(BPETokenizer(BytePairEncoding([])).encode("ab c") == ["a@@", "b", "c"])
    // Of two equal merges the first counts.
    let twice = BPETokenizer(BytePairEncoding([.init("a", "b"), .init("b", "c"), .init("a", "b")]))
    #expect(twice.encode("abcd") == ["ab@@", "c@@", "d"])
  }

  @Test func severalThreadsGetTheSame() async throws {
    let lines = try TextFile.lines(of: fixture("train.txt"))
    let expected = lines.map(BPETokenizer(few).encode)
    let tokenizer = BPETokenizer(few)
    await withTaskGroup(of: [[String]].self) { group in
      for _ in 0..<4 { group.addTask { lines.map(tokenizer.encode) } }
      for await tokens in group { #expect(tokens == expected) }
    }
  }
}

struct SubwordDropoutTests {
  let tokenizer: BPETokenizer
  let lines: [String]

  init() throws {
    tokenizer = BPETokenizer(try BytePairEncoding(contentsOf: fixture("few.bpe")))
    lines = try TextFile.lines(of: fixture("train.txt"))
  }

  @Test func noneIsAllMergesAndAllIsNone() {
    for line in lines {
      #expect(tokenizer.encode(line, dropoutRate: 0, seed: 5) == tokenizer.encode(line))
      let characters = tokenizer.encode(line, dropoutRate: 1, seed: 5)
      #expect(
        characters.allSatisfy {
          $0.unicodeScalars.count == 1 || ($0.unicodeScalars.count == 3 && $0.hasSuffix("@@"))
        } || line.contains("@@"))
    }
  }

  @Test func seedsRepeatAndTextStays() {
    var different = 0
    for (index, line) in lines.enumerated() {
      let seed = UInt64(index)
      let tokens = tokenizer.encode(line, dropoutRate: 0.3, seed: seed)
      #expect(tokens == tokenizer.encode(line, dropoutRate: 0.3, seed: seed))
      #expect(tokenizer.decode(tokens) == tokenizer.decode(tokenizer.encode(line)))
      if tokens != tokenizer.encode(line, dropoutRate: 0.3, seed: seed + 1) { different += 1 }
    }
    #expect(different > lines.count / 2)
    // What was drawn is not remembered.
    #expect(lines.map(tokenizer.encode) == lines.map(BPETokenizer(tokenizer.encoding).encode))
  }

  /// A word of one merge is cut as often as the rate says.
  @Test(arguments: [0.1, 0.5, 0.9])
  func theRateIsThatOfMerges(_ rate: Double) {
    let one = BPETokenizer(BytePairEncoding([.init("a", "b</w>")]))
    let tokens = one.encode(
      Array(repeating: "ab", count: 2000).joined(separator: " "), dropoutRate: rate, seed: 1)
    // Two tokens where the merge is left out; four standard deviations.
    let cut = Double(tokens.count - 2000)
    #expect(abs(cut - 2000 * rate) < 4 * (2000 * rate * (1 - rate)).squareRoot())
  }
}

struct UnicodeNormalizationTests {
  @Test(
    arguments: [
      ("e\u{301}", "\u{E9}", "\u{E9}"), ("\u{FB01}", "\u{FB01}", "fi"),
      ("\u{FF21}\u{3000}", "\u{FF21}\u{3000}", "A "), ("\u{212B}", "\u{C5}", "\u{C5}"),
      ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}", "\u{D55C}"),
      ("a\u{323}\u{307}", "\u{1EA1}\u{307}", "\u{1EA1}\u{307}"),
      ("\u{2460}", "\u{2460}", "1"), ("", "", ""),
      ("\u{1F469}\u{200D}", "\u{1F469}\u{200D}", "\u{1F469}\u{200D}"),
    ])
  func formsAreThoseOfTheStandard(_ text: String, _ nfc: String, _ nfkc: String) {
    func bytes(_ form: UnicodeNormalization) -> [UInt8] { Array(form.applied(to: text).utf8) }
    #expect(bytes(.none) == Array(text.utf8))
    #expect(bytes(.nfc) == Array(nfc.utf8))
    #expect(bytes(.nfkc) == Array(nfkc.utf8))
    for form in UnicodeNormalization.allCases {
      let once = form.applied(to: text)
      #expect(Array(form.applied(to: once).utf8) == Array(once.utf8))
    }
  }

  @Test func tokenizersSeeTheForm() throws {
    let words = NormalizingTokenizer(WordTokenizer(), form: .nfkc)
    #expect(words.encode("\u{FB01}n\u{3000}e\u{301}") == ["fin", "\u{E9}"])
    #expect(words.decode(["a", "b"]) == "a b")
    #expect(words.encode("a b", dropoutRate: 1, seed: 0) == ["a", "b"])
    let subwords = NormalizingTokenizer(
      BPETokenizer(BytePairEncoding([.init("f", "i</w>")])), form: .nfkc)
    #expect(subwords.encode("\u{FB01}") == ["fi"])
    #expect(subwords.encode("\u{FB01}", dropoutRate: 1, seed: 0) == ["f@@", "i"])
    #expect(
      try JSONDecoder().decode(
        [UnicodeNormalization].self, from: JSONEncoder().encode(UnicodeNormalization.allCases))
        == [.none, .nfc, .nfkc])
  }
}
