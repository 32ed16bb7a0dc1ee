/// Cuts text into BERT's word pieces (Devlin et al. 2019; Wu et al. 2016): words as ``BasicTokenizer`` finds them,
/// each from its beginning on into the longest pieces that the vocabulary has.
///
/// ```swift
/// let tokenizer = WordPieceTokenizer(try WordPieceVocabulary(contentsOf: "vocab.txt"))
/// tokenizer.encode("Unaffable!")  // un ##aff ##able !
/// tokenizer.numbers(of: "Unaffable!", maximumLength: 256)  // [CLS] un ##aff ##able ! [SEP] as numbers
/// ```
///
/// Numbers are those of the transformers library's `BertTokenizer`. As there, the name of a special token in the text
/// stands for the token, wherever it comes and exactly as it is written: `[MASK]`, and not `[mask]`. Words that were
/// cut before are remembered. It can be used from several threads.
public struct WordPieceTokenizer: Tokenizer {
  /// A word of more Unicode scalars is unknown as a whole.
  public static let wordLimit = 100

  /// The pieces there are.
  public let vocabulary: WordPieceVocabulary
  /// What finds the words.
  public let words: BasicTokenizer
  private let cache = SubwordCache()

  /// A tokenizer into the pieces of a vocabulary.
  public init(_ vocabulary: WordPieceVocabulary, words: BasicTokenizer = BasicTokenizer()) {
    self.vocabulary = vocabulary
    self.words = words
  }

  /// The pieces of a text, without a token at its beginning and end.
  public func encode(_ text: String) -> [String] {
    parts(of: text).flatMap { part -> [String] in
      switch part {
      case .token(let token): [token.rawValue]
      case .text(let text):
        words.encode(text).flatMap { word in
          let key = ExactString(word)
          return cache.subwords(of: key) { pieces(of: key.string) }
        }
      }
    }
  }

  /// The numbers of a text as BERT reads it: `[CLS]`, its pieces, `[SEP]`.
  ///
  /// - Parameter maximumLength: both tokens included, at least 2; what is over goes away at the text's end.
  public func numbers(of text: String, maximumLength: Int = .max) -> [Int] {
    if maximumLength < 2 {
      fatalError(
        "WordPieceTokenizer.numbers: expected a maximum length of at least 2, found \(maximumLength)"
      )
    }
    let pieces = encode(text).prefix(maximumLength - 2)
    // Every piece is in the vocabulary: that is where they are from.
    return [vocabulary.id(of: .classification)] + pieces.map { vocabulary.id(of: $0)! }
      + [vocabulary.id(of: .separator)]
  }

  /// The words that pieces make, with one space between.
  public func decode(_ tokens: [String]) -> String {
    var text = ""
    for token in tokens {
      let mark = WordPieceVocabulary.continuation.utf8
      if token.utf8.starts(with: mark) && !text.isEmpty {
        text += String(decoding: token.utf8.dropFirst(mark.count), as: UTF8.self)
      } else {
        if !text.isEmpty { text.unicodeScalars.append(" ") }
        text += token
      }
    }
    return text
  }

  /// The longest pieces from left to right; the unknown token where one is missing.
  private func pieces(of word: String) -> [String] {
    let unknown = [WordPieceVocabulary.SpecialToken.unknown.rawValue]
    let scalars = Array(word.unicodeScalars)
    if scalars.count > Self.wordLimit { return unknown }
    var pieces: [String] = []
    var rest = scalars[...]
    while !rest.isEmpty {
      guard let (piece, length) = longestPiece(of: rest, isStart: pieces.isEmpty) else {
        return unknown
      }
      pieces.append(piece)
      rest = rest.dropFirst(length)
    }
    return pieces
  }

  private func longestPiece(
    of scalars: ArraySlice<Unicode.Scalar>, isStart: Bool
  ) -> (piece: String, length: Int)? {
    var candidate = isStart ? "" : WordPieceVocabulary.continuation
    candidate.unicodeScalars.append(contentsOf: scalars.prefix(vocabulary.longestPiece))
    for length in (1...min(scalars.count, vocabulary.longestPiece)).reversed() {
      if vocabulary.id(of: candidate) != nil { return (candidate, length) }
      candidate.unicodeScalars.removeLast()
    }
    return nil
  }

  private enum Part {
    case text(String)
    case token(WordPieceVocabulary.SpecialToken)
  }

  /// The text between special tokens, and these.
  private func parts(of text: String) -> [Part] {
    var parts: [Part] = []
    var (start, place) = (text.utf8.startIndex, text.utf8.startIndex)
    while let open = text.utf8[place...].firstIndex(of: UInt8(ascii: "[")) {
      let token = WordPieceVocabulary.SpecialToken.allCases.first {
        text.utf8[open...].starts(with: $0.rawValue.utf8)
      }
      guard let token else {
        place = text.utf8.index(after: open)
        continue
      }
      parts += [.text(String(text[start..<open])), .token(token)]
      place = text.utf8.index(open, offsetBy: token.rawValue.utf8.count)
      start = place
    }
    return parts + [.text(String(text[start...]))]
  }
}
