/// How a sentence becomes words before BLEU counts them, by sacreBLEU's names (`rawValue`).
///
/// Scores are comparable only between equal tokenizers. All of them end a word at white space.
public enum BLEUTokenizer: String, Sendable, CaseIterable {
  /// White space alone: for text that is already tokenised.
  case whitespace = "none"
  /// The rules of NIST's mteval-v13a, which is what papers report.
  case mteval13a = "13a"
  /// Every scalar is a word.
  case characters = "char"
  /// Chinese characters and symbols are words, the rest is split as 13a does.
  case chinese = "zh"
  /// The international rules of mteval-v14: splits at Unicode punctuation and symbols.
  case international = "intl"

  /// The words of a sentence.
  public func words(_ sentence: String) -> [String] {
    tokenize(ScalarText(sentence.unicodeScalars)).map { word in
      var text = String.UnicodeScalarView()
      text.append(contentsOf: word)
      return String(text)
    }
  }

  func tokenize(_ sentence: ScalarText) -> [ArraySlice<Unicode.Scalar>] {
    let text = ScalarText(sentence.trimmedAtEnd)
    switch self {
    case .whitespace: return text.words
    case .mteval13a: return ([" "] + unescaped(text) + [" "]).westernPunctuationSplit.words
    case .characters:
      return text.indices.filter { !text[$0].isSeparator }.map { text[$0...$0] }
    case .chinese:
      return ScalarText(text.trimmed).isolating(isChinese).westernPunctuationSplit.words
    case .international:
      return
        text
        .isolating(.second, ofPairs: { !isNumeric($0) }, isPunctuation)
        .isolating(.first, ofPairs: isPunctuation, { !isNumeric($0) })
        .isolating(isSymbol)
        .words
    }
  }
}

/// What 13a does before it splits: joins lines and reads the entities of SGML.
private func unescaped(_ text: ScalarText) -> ScalarText {
  var text = text
  if text.contains("<") { text = text.replacing("<skipped>", with: "") }
  if text.contains("\n") {
    text = text.replacing("-\n", with: "").replacing("\n", with: " ")
  }
  if text.contains("&") {
    // In this order: `&amp;lt;` becomes `<`.
    for (entity, character) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
      text = text.replacing(entity, with: character)
    }
  }
  return text
}

extension ScalarText {
  /// The rules for Western languages that 13a, zh and tercom share: ASCII punctuation stands alone, except
  /// the apostrophe, points and commas between digits, and hyphens that do not follow a digit.
  var westernPunctuationSplit: ScalarText { splitAroundNumbers(isolating(isWesternPunctuation)) }
}

/// ASCII punctuation and the space, without apostrophe, comma, hyphen and point.
func isWesternPunctuation(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x20...0x26, 0x28...0x2B, 0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
  default: false
  }
}

/// Separates points, commas and hyphens by what stands beside them.
func splitAroundNumbers(_ text: ScalarText) -> ScalarText {
  func isPointOrComma(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }
  return
    text
    .isolating(.second, ofPairs: { !$0.isDigit }, isPointOrComma)
    .isolating(.first, ofPairs: isPointOrComma, { !$0.isDigit })
    .isolating(.second, ofPairs: \.isDigit, { $0 == "-" })
}

private func isNumeric(_ scalar: Unicode.Scalar) -> Bool {
  if scalar.isASCII { return scalar.isDigit }
  switch scalar.properties.generalCategory {
  case .decimalNumber, .letterNumber, .otherNumber: return true
  default: return false
  }
}

private func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
    .initialPunctuation, .finalPunctuation, .otherPunctuation:
    true
  default: false
  }
}

private func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: true
  default: false
  }
}

/// What sacreBLEU's tokenizer zh takes for Chinese.
///
/// Its table means to name the ideographs of plane 2, but with escapes of four digits: what it compares with
/// are U+2000 and U+2A6D followed by a digit. So general punctuation, arrows and mathematical operators stand
/// alone, and the ideographs of plane 2 do not. Equal scores need the same here.
private func isChinese(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x2001...0x2A6D,  // where Extension B is meant
    0x2E80...0x2FDF,  // CJK and Kangxi radicals
    0x2FF0...0x303F,  // ideographic description, CJK punctuation
    0x3100...0x312F, 0x31A0...0x31BF,  // bopomofo
    0x31C0...0x31EF,  // strokes
    0x3200...0x33FF,  // enclosed and compatibility letters
    0x3400...0x4DB5, 0x4E00...0x9FBB,  // ideographs
    0xF900...0xFA2D, 0xFA30...0xFA6A, 0xFA70...0xFAD9,  // compatibility ideographs
    0xFE10...0xFE1F, 0xFE30...0xFE4F, 0xFF00...0xFFEF:  // vertical, full-width forms
    true
  default: false
  }
}
