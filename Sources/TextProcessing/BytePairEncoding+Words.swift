extension BytePairEncoding {
  /// Counts the words of lines, to learn merges from.
  public static func wordCounts(_ lines: some Sequence<String>) -> TokenCounts {
    var counts = TokenCounts()
    for line in lines { addWords(of: line, to: &counts) }
    return counts
  }

  /// Counts the words of one more line.
  public static func addWords(of line: String, to counts: inout TokenCounts) {
    counts.add(words(line).lazy.map { String($0) })
  }

  /// The words of a text: what spaces separate, and what ends lines for Python.
  static func words(_ text: String) -> [Substring.UnicodeScalarView] {
    let scalars = text.unicodeScalars
    var words: [Substring.UnicodeScalarView] = []
    var start = scalars.startIndex
    var index = start
    while index < scalars.endIndex {
      let next = scalars.index(after: index)
      let scalar = scalars[index]
      let isSpace = scalar == " " || scalar == "\r" || scalar == "\n"
      if isSpace || endsLine(scalar) {
        let end = isSpace ? index : next
        if start < end { words.append(scalars[start..<end]) }
        start = next
      }
      index = next
    }
    if start < scalars.endIndex { words.append(scalars[start...]) }
    return words
  }

  /// What Python's `str.splitlines` takes for lines, ends included; subword-nmt reads its files so. (CR and LF
  /// in a row end two lines here, of which the second is blank.)
  static func pythonLines(_ text: String) -> [Substring.UnicodeScalarView] {
    let scalars = text.unicodeScalars
    var lines: [Substring.UnicodeScalarView] = []
    var start = scalars.startIndex
    var index = start
    while index < scalars.endIndex {
      let scalar = scalars[index]
      index = scalars.index(after: index)
      if scalar == "\r" || scalar == "\n" || endsLine(scalar) {
        lines.append(scalars[start..<index])
        start = index
      }
    }
    if start < scalars.endIndex { lines.append(scalars[start...]) }
    return lines
  }

  /// Whether a scalar other than CR and LF ends a line for Python.
  private static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }
}
