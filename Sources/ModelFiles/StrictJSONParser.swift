/// A recursive-descent parser of RFC 8259 over bytes.
struct StrictJSONParser {
  private let bytes: [UInt8]
  private let depthLimit: Int
  private var position = 0

  init(_ bytes: [UInt8], depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  mutating func parse() throws(StrictJSONError) -> StrictJSON {
    let value = try parseValue(depth: 0)
    skipSpace()
    if position < bytes.count { throw unexpected("the end of the text") }
    return value
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      position += 1
    }
  }

  private mutating func parseValue(depth: Int) throws(StrictJSONError) -> StrictJSON {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try parseObject(depth: depth + 1)
    case UInt8(ascii: "["): return try parseArray(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try parseNumber()
    default: throw unexpected("a value")
    }
  }

  private mutating func parseWord(
    _ word: StaticString, _ value: StrictJSON
  ) throws(StrictJSONError) -> StrictJSON {
    for expected in word.description.utf8 {
      if current != expected { throw unexpected("'\(word)'") }
      position += 1
    }
    return value
  }

  private mutating func parseObject(depth: Int) throws(StrictJSONError) -> StrictJSON {
    if depth > depthLimit { throw error(.tooDeep(limit: depthLimit)) }
    position += 1
    var members: [StrictJSON.Member] = []
    // By bytes: Swift's strings take different spellings of an accented letter for one key.
    var keys: Set<[UInt8]> = []
    skipSpace()
    if current == UInt8(ascii: "}") {
      position += 1
      return .object([])
    }
    while true {
      skipSpace()
      if current != UInt8(ascii: "\"") { throw unexpected("a key in quotation marks") }
      let start = position
      let key = try parseString()
      if !keys.insert(Array(key.utf8)).inserted { throw error(.duplicateKey(key), at: start) }
      skipSpace()
      if current != UInt8(ascii: ":") { throw unexpected("':'") }
      position += 1
      members.append(StrictJSON.Member(key, try parseValue(depth: depth)))
      skipSpace()
      if current == UInt8(ascii: "}") { break }
      if current != UInt8(ascii: ",") { throw unexpected("',' or '}'") }
      position += 1
    }
    position += 1
    return .object(members)
  }

  private mutating func parseArray(depth: Int) throws(StrictJSONError) -> StrictJSON {
    if depth > depthLimit { throw error(.tooDeep(limit: depthLimit)) }
    position += 1
    var elements: [StrictJSON] = []
    skipSpace()
    if current == UInt8(ascii: "]") {
      position += 1
      return .array([])
    }
    while true {
      elements.append(try parseValue(depth: depth))
      skipSpace()
      if current == UInt8(ascii: "]") { break }
      if current != UInt8(ascii: ",") { throw unexpected("',' or ']'") }
      position += 1
    }
    position += 1
    return .array(elements)
  }

  private mutating func parseNumber() throws(StrictJSONError) -> StrictJSON {
    let start = position
    if current == UInt8(ascii: "-") { position += 1 }
    if current == UInt8(ascii: "0") {
      position += 1
    } else {
      try skipDigits()
    }
    if current == UInt8(ascii: ".") {
      position += 1
      try skipDigits()
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      try skipDigits()
    }
    return .number(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func skipDigits() throws(StrictJSONError) {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    if position == start { throw unexpected("a digit") }
  }

  private mutating func parseString() throws(StrictJSONError) -> String {
    position += 1
    var text: [UInt8] = []
    while true {
      let start = position
      while let byte = current, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\")
      { position += 1 }
      text += try validated(start..<position)
      switch current {
      case UInt8(ascii: "\""):
        position += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        position += 1
        text += Array(String(try parseEscape()).utf8)
      case .some(let byte): throw error(.controlCharacter(byte))
      case nil: throw unexpected("a closing quotation mark")
      }
    }
  }

  /// The bytes of a range, which must be UTF-8.
  private func validated(_ range: Range<Int>) throws(StrictJSONError) -> ArraySlice<UInt8> {
    let part = bytes[range]
    // Decoding repairs what is invalid, so the first difference is the first invalid byte.
    var decoded = String(decoding: part, as: UTF8.self).utf8.makeIterator()
    for index in range where decoded.next() != bytes[index] {
      throw error(.invalidUTF8, at: index)
    }
    return part
  }

  private mutating func parseEscape() throws(StrictJSONError) -> Unicode.Scalar {
    let escape = current
    let start = position - 1
    position += 1
    switch escape {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let unit = try parseHexadecimal()
      if let scalar = Unicode.Scalar(unit) { return scalar }
      guard unit < 0xDC00, current == UInt8(ascii: "\\") else {
        throw error(.loneSurrogate, at: start)
      }
      position += 1
      guard current == UInt8(ascii: "u") else { throw error(.loneSurrogate, at: start) }
      position += 1
      let second = try parseHexadecimal()
      let value = 0x10000 + ((UInt32(unit) - 0xD800) << 10) + UInt32(second & 0x3FF)
      guard (0xDC00..<0xE000).contains(second), let scalar = Unicode.Scalar(value) else {
        throw error(.loneSurrogate, at: start)
      }
      return scalar
    default:
      position -= 1
      throw unexpected("one of \" \\ / b f n r t u after a backslash")
    }
  }

  private mutating func parseHexadecimal() throws(StrictJSONError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw unexpected("four hexadecimal digits")
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }

  private func unexpected(_ expected: String) -> StrictJSONError {
    error(.unexpected(expected: expected, found: current))
  }

  private func error(
    _ problem: StrictJSONError.Problem, at offset: Int? = nil
  ) -> StrictJSONError {
    let offset = offset ?? position
    let before = bytes[..<offset]
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return StrictJSONError(
      problem: problem, offset: offset, line: before.count { $0 == 0x0A } + 1,
      column: offset - lineStart + 1)
  }
}
