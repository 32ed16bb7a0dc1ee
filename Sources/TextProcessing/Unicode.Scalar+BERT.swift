extension Unicode.Scalar {
  /// What BERT's tokenizer takes a character for. Its rules are those of the Rust library `tokenizers`, which the
  /// transformers library calls, and that knows the general categories of Unicode 8.0: later characters have none.
  enum BERTClass {
    /// Goes away: control, format and private characters, NUL and the replacement character.
    case dropped
    /// Separates words.
    case space
    /// Is a word by itself: Unicode's punctuation, and all of ASCII that is neither letter, digit nor control.
    case punctuation
    /// Goes away where accents are stripped.
    case accent
    /// Part of a word.
    case other
  }

  /// What BERT's tokenizer takes this character for.
  var bertClass: BERTClass {
    if isASCII { return asciiBERTClass }
    if value == 0xFFFD { return .dropped }
    switch categoryOfUnicode8 {
    case .control, .format, .privateUse: return .dropped
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return .punctuation
    case .nonspacingMark: return .accent
    default: return properties.isWhitespace ? .space : .other
    }
  }

  private var asciiBERTClass: BERTClass {
    switch self {
    case " ", "\t", "\n", "\r": .space
    case "0"..."9", "A"..."Z", "a"..."z": .other
    case "!"..."~": .punctuation
    default: .dropped
    }
  }

  private var categoryOfUnicode8: Unicode.GeneralCategory {
    switch value {
    // Characters that a later version of Unicode has moved to another category.
    case 0x166D, 0x111C9: .otherPunctuation
    case 0x1734, 0x1171E: .nonspacingMark
    case 0x1885, 0x1886: .otherLetter
    case 0xA9BD: .spacingMark
    default: (properties.age?.major ?? .max) <= 8 ? properties.generalCategory : .unassigned
    }
  }

  /// Whether this is a Chinese character for BERT's tokenizer, which makes each a word by itself.
  ///
  /// The ranges are those of the library `tokenizers`: Google's code has the 256 characters from U+2B820 as well.
  var isChineseForBERT: Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
