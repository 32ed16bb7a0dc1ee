/// How a sentence becomes words before TER compares them: the rules of tercom, with its options.
struct TERTokenizer: Sendable, Equatable {
  var normalizes = false
  var removesPunctuation = false
  var supportsAsian = false
  var ignoresCase = true

  /// The words of a hypothesis.
  func words(ofHypothesis sentence: String) -> [ArraySlice<Unicode.Scalar>] {
    tokenize(ScalarText(sentence.unicodeScalars))
  }

  /// The words of a reference.
  ///
  /// sacreBLEU tokenizes references twice, and equal scores need the same here. It matters to the few texts
  /// that the rules change once more, such as "a,,5", whose second comma stands alone only the second time.
  func words(ofReference sentence: String) -> [ArraySlice<Unicode.Scalar>] {
    let once = tokenize(ScalarText(sentence.unicodeScalars))
    return normalizes ? tokenize(ScalarText(once.joined(separator: [" "]))) : once
  }

  private func tokenize(_ sentence: ScalarText) -> [ArraySlice<Unicode.Scalar>] {
    var text = ScalarText(sentence.trimmedAtEnd)
    if text.isEmpty { return [] }
    if ignoresCase { text = text.lowercased }
    if normalizes {
      text = normalized(text)
      if supportsAsian {
        text = text.isolating { isAsian($0) || isAsianPunctuation($0) }
      }
    }
    if removesPunctuation {
      text.removeAll { ".,?:;!\"()".unicodeScalars.contains($0) }
      if supportsAsian { text.removeAll(where: isAsianPunctuation) }
    }
    return text.words
  }

  /// Joins lines, reads entities, and splits punctuation by the Western rules and at the English possessive.
  private func normalized(_ sentence: ScalarText) -> ScalarText {
    var text = sentence
    let rewritings = [
      ("\n-", ""), ("\n", " "), ("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"),
    ]
    for (pattern, replacement) in rewritings {
      text = text.replacing(pattern, with: replacement)
    }
    text = ([" "] + text + [" "]).isolating(isWesternPunctuation)
    return splitAroundNumbers(text.replacing("'s ", with: " 's "))
  }
}

/// Ideographs, radicals, strokes and compatibility forms, which stand alone.
private func isAsian(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x2E80...0x2EFF, 0x31C0...0x31EF, 0x3200...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF,
    0xFE30...0xFE4F:
    true
  default: false
  }
}

private func isAsianPunctuation(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x3001, 0x3002, 0x3008...0x3011, 0x3014...0x301F, 0x30FB, 0xFF61...0xFF65,
    0xFF01, 0xFF02, 0xFF08, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F:
    true
  default: false
  }
}
