import TestSupport
import Testing
import TextProcessing

struct VocabularyTests {
  @Test func specialTokensHaveFixedPlaces() {
    let vocabulary = Vocabulary([])
    #expect(vocabulary.tokens == ["<pad>", "<unk>", "<s>", "</s>"])
    #expect(vocabulary.tokens[vocabulary.paddingID] == "<pad>")
    #expect(vocabulary.tokens[vocabulary.unknownID] == "<unk>")
    #expect(vocabulary.tokens[vocabulary.startID] == "<s>")
    #expect(vocabulary.tokens[vocabulary.endID] == "</s>")
  }

  @Test func frequentTokensComeFirstAndTiesAreByBytes() {
    let corpus = [["b", "a", "ä", "z"], ["z", "c", "Z"], ["c", "z"]]
    let vocabulary = Vocabulary(counting: corpus)
    #expect(vocabulary.tokens.dropFirst(4) == ["z", "c", "Z", "a", "b", "ä"])
    #expect(Vocabulary(counting: corpus, limit: 2).tokens.dropFirst(4) == ["z", "c"])
    #expect(Vocabulary(counting: corpus, limit: 0).count == 4)
    #expect(Vocabulary(counting: corpus, minimumFrequency: 2).tokens.dropFirst(4) == ["z", "c"])
    #expect(Vocabulary(counting: corpus, minimumFrequency: 4).count == 4)
    #expect(Vocabulary(counting: corpus.reversed()) == vocabulary)
  }

  @Test func countsOfTwoTextsMakeAJointVocabulary() {
    var counts = TokenCounts([["a", "b"], ["b"]])
    counts.add(["c", "c", "c", "a"])
    #expect((counts["a"], counts["b"], counts["c"], counts["d"]) == (2, 2, 3, 0))
    #expect(Vocabulary(counts).tokens.dropFirst(4) == ["c", "a", "b"])
    #expect(Vocabulary(counts, limit: 1).tokens.dropFirst(4) == ["c"])
    #expect(Vocabulary(counts, minimumFrequency: 3).tokens.dropFirst(4) == ["c"])
    #expect(Vocabulary(TokenCounts([])).count == 4)
  }

  /// "é" as one scalar and as two are equal Strings in Swift, and different tokens.
  @Test func tokensDifferWhenTheirBytesDo() {
    let vocabulary = Vocabulary(["\u{E9}", "e\u{301}"])
    #expect(vocabulary.count == 6)
    #expect(vocabulary.encode(["e\u{301}", "\u{E9}"]) == [5, 4])
    #expect(vocabulary != Vocabulary(["e\u{301}", "\u{E9}"]))
  }

  @Test func textCannotSmuggleInSpecialTokens() {
    let vocabulary = Vocabulary(counting: [["a", "</s>", "<pad>", "a\nb", ""]])
    #expect(vocabulary.count == 5)
    #expect(vocabulary.encode(["a", "</s>", "<pad>", "nowhere"]) == [4, 1, 1, 1])
    #expect(vocabulary.id(of: "</s>") == vocabulary.endID)
  }

  @Test func decodingStopsAtTheEnd() {
    let vocabulary = Vocabulary(["a", "b"])
    #expect(vocabulary.decode([2, 5, 0, 1, 4, 3, 4, 4]) == ["b", "<unk>", "a"])
    #expect(vocabulary.decode([]) == [])
    let tokens = ["b", "a", "a"]
    #expect(vocabulary.decode(vocabulary.encode(tokens)) == tokens)
  }

  @Test func filesRoundTrip() throws {
    let folder = try TemporaryFolder()
    let vocabulary = Vocabulary([" ", "\u{E9}", "e\u{301}", "\t", "a b", "\u{FEFF}", "\u{2028}"])
    let path = folder.path + "/vocabulary.txt"
    try vocabulary.write(to: path)
    #expect(try Vocabulary(contentsOf: path) == vocabulary)
  }

  @Test(
    arguments: [
      ("", "expected the special token '<pad>', found the end of the file", 1),
      ("<pad>\n<s>\n", "expected the special token '<unk>', found '<s>'", 2),
      ("<pad>\n<unk>\n<s>\n</s>\na\n\nb\n", "found an empty line", 6),
      ("<pad>\n<unk>\n<s>\n</s>\na\nb\na\n", "the token 'a' stands on line 5 already", 7),
      ("<pad>\n<unk>\n<s>\n</s>\na\n<s>\n", "the token '<s>' stands on line 3 already", 6),
      ("<pad>\n<unk>\n<s>\n</s>\na\rb\n", "found a carriage return", 5),
    ])
  func damagedFilesAreRefused(_ contents: String, _ message: String, _ line: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("vocabulary.txt", contents)
    let error = try #require(throws: TextFileError.self) { try Vocabulary(contentsOf: path) }
    #expect(error.file == path)
    #expect(error.line == line)
    #expect(error.description.contains(message))
  }

  @Test func carriageReturnsAtLineEndsAreDropped() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("v.txt", "<pad>\r\n<unk>\r\n<s>\r\n</s>\r\na\r\n")
    #expect(try Vocabulary(contentsOf: path) == Vocabulary(["a"]))
  }
}
