internal import Foundation

/// Cuts text into words and punctuation as BERT does before its word pieces (Devlin et al. 2019, `BasicTokenizer` in
/// the authors' code).
///
/// Control characters go away, every Chinese character and every punctuation mark is a word of its own, white space
/// separates, and, unless told otherwise, accents are stripped and letters become small. Words are those of the
/// transformers library's `BertTokenizer`, character by character; what it takes for punctuation or an accent is as
/// in Unicode 8.0. Characters may differ that have had a decomposition only since Unicode 13 or later: the library does
/// not know it. On Linux that is one, U+11938.
public struct BasicTokenizer: Tokenizer, Equatable {
  /// Whether letters become small.
  public var lowercases: Bool
  /// Whether accents are stripped: all nonspacing marks, after canonical decomposition.
  public var stripsAccents: Bool
  /// Whether each Chinese character is a word.
  public var separatesChinese: Bool

  /// - Parameter stripsAccents: nil: where letters become small.
  public init(
    lowercases: Bool = true, stripsAccents: Bool? = nil, separatesChinese: Bool = true
  ) {
    self.lowercases = lowercases
    self.stripsAccents = stripsAccents ?? lowercases
    self.separatesChinese = separatesChinese
  }

  /// The words and punctuation marks.
  public func encode(_ text: String) -> [String] {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    func endWord() {
      if !word.isEmpty { words.append(String(word)) }
      word = String.UnicodeScalarView()
    }
    for scalar in normalized(text) {
      switch scalar.bertClass {
      case .space: endWord()
      case .punctuation:
        endWord()
        words.append(String(scalar))
      case .dropped, .accent, .other: word.append(scalar)
      }
    }
    endWord()
    return words
  }

  /// The words with one space between.
  public func decode(_ tokens: [String]) -> String { tokens.joined(separator: " ") }

  /// The text without control characters, Chinese characters between spaces, without accents and in small letters.
  private func normalized(_ text: String) -> String.UnicodeScalarView {
    var clean = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.bertClass {
      case .dropped: continue
      case .space: clean.append(" ")
      default:
        let isApart = separatesChinese && scalar.isChineseForBERT
        if isApart { clean.append(" ") }
        clean.append(scalar)
        if isApart { clean.append(" ") }
      }
    }
    if stripsAccents { clean = withoutAccents(clean) }
    return lowercases ? lowercased(clean) : clean
  }

  private func withoutAccents(_ text: String.UnicodeScalarView) -> String.UnicodeScalarView {
    if text.allSatisfy(\.isASCII) { return text }
    var result = String.UnicodeScalarView()
    let decomposed = String(text).decomposedStringWithCanonicalMapping.unicodeScalars
    result.append(contentsOf: decomposed.lazy.filter { $0.bertClass != .accent })
    return result
  }

  /// Each character by itself, so that a sigma at the end of a word becomes the same letter as elsewhere.
  private func lowercased(_ text: String.UnicodeScalarView) -> String.UnicodeScalarView {
    var result = String.UnicodeScalarView()
    for scalar in text {
      result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
    }
    return result
  }
}
