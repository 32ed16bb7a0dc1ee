import Testing
import TextProcessing

struct TokenizerTests {
  @Test func wordsAreSeparatedByAnyWhiteSpace() {
    let words = WordTokenizer()
    #expect(words.encode("  a\tbc \u{A0}d\u{2003}e ") == ["a", "bc", "d", "e"])
    #expect(words.encode(" \t ").isEmpty)
    #expect(words.encode("").isEmpty)
    #expect(words.decode(["a", "bc"]) == "a bc")
    #expect(words.decode([]) == "")
  }

  /// Expected: what MarianTokenizer.remove_language_code of the transformers library gives.
  @Test(arguments: [
    (">>fra<< a b", [">>fra<<", "a", "b"]), (">>zho_Hans<<a", [">>zho_Hans<<", "a"]),
    (">>a<<b<<c", [">>a<<", "b<<c"]), (">><<a", [">><<", "a"]), (">>fra<<", [">>fra<<"]),
    (" >>fra<< a", [">>fra<<", "a"]), (">>fra a", [">>fra", "a"]), ("a >>fra<<", ["a", ">>fra<<"]),
    (">>a\nb<<c", [">>a\nb<<", "c"]), ("", []),
  ])
  func languageCodesAreTokens(text: String, tokens: [String]) {
    #expect(LanguageCodeTokenizer(WordTokenizer()).encode(text) == tokens)
    #expect(LanguageCodeTokenizer(WordTokenizer()).decode(["a", "b"]) == "a b")
  }

  /// A combining accent after a space forms one Character with it, which must not hide the space.
  @Test func accentAfterSpaceDoesNotHideIt() {
    #expect(WordTokenizer().encode("a \u{301}b").count == 2)
  }

  @Test(arguments: ["", "HELLO", "a b", "e\u{301}", "\u{E9}", "👩‍👩‍👧", "\r\n", "日本"])
  func charactersRoundTripExactly(_ text: String) {
    let characters = CharacterTokenizer()
    let tokens = characters.encode(text)
    #expect(tokens.count == text.unicodeScalars.count)
    #expect(Array(characters.decode(tokens).utf8) == Array(text.utf8))
  }
}
