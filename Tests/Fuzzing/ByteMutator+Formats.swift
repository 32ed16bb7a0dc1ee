import Tensors

// Changes that keep what a reader looks at first right, so that what comes behind it is reached.

extension ByteMutator {
  /// Changes the part of an input that follows a length, and makes the length fit again.
  ///
  /// - Parameters:
  ///   - lengthPlace: where the length is, little-endian.
  ///   - lengthByteCount: of how many bytes.
  ///   - words: words of that part's format.
  public static func changeInside(
    lengthAt lengthPlace: Int, byteCount lengthByteCount: Int, words: [String]
  ) -> Change {
    let inner = ByteMutator(words: words)
    return { bytes, generator in
      let start = lengthPlace + lengthByteCount
      if bytes.count < start { return }
      let length = (0..<lengthByteCount).reduce(0) {
        $0 | Int(bytes[lengthPlace + $1]) << (8 * min(7, $1))
      }
      guard length >= 0, length <= bytes.count - start else { return }
      var part = Array(bytes[start..<start + length])
      inner.changeAnywhere(&part, using: &generator)
      bytes.replaceSubrange(start..<start + length, with: part)
      for index in 0..<lengthByteCount {
        bytes[lengthPlace + index] = UInt8(truncatingIfNeeded: part.count >> (8 * index))
      }
    }
  }

  /// Exchanges two lines, leaves one out or writes one twice.
  public static let changeLines: Change = { bytes, generator in
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    let (a, b) = (generator.next(below: lines.count), generator.next(below: lines.count))
    switch generator.next(below: 3) {
    case 0: lines.swapAt(a, b)
    case 1: lines.remove(at: a)
    default: lines.insert(lines[a], at: b)
    }
    bytes = Array(lines.joined(separator: [0x0A]))
  }

  /// Words of JSON: marks, literals, escapes, nesting.
  public static let jsonWords = [
    "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud800", "\\udc00", "\\u0000", "true",
    "false", "null", "-",
    ".", "e", "E+", " ", "\n", "\t", "{}", "[]", "\"\"", "{\"a\":", "[[[[[[[[", "\u{FEFF}",
    "e\u{301}", "\u{E9}",
    "1e400",
  ]
}
