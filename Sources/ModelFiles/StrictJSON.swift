/// A JSON value (RFC 8259), read without any leniency.
///
/// Foundation's parser keeps one of two equal keys without a word; here that is an error, and so are
/// anything after the value, invalid UTF-8, lone surrogates, numbers out of the grammar, and nesting deeper
/// than a limit. Objects keep the order of their members, numbers their text.
public indirect enum StrictJSON: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number as it is written.
  case number(String)
  case string(String)
  case array([StrictJSON])
  case object([Member])

  /// A key of an object and its value.
  public struct Member: Sendable, Equatable {
    /// The key.
    public let key: String
    /// Its value.
    public let value: StrictJSON

    /// A key with its value.
    public init(_ key: String, _ value: StrictJSON) {
      self.key = key
      self.value = value
    }
  }

  /// Reads a JSON text.
  /// - Parameter depthLimit: How many arrays and objects may stand inside one another.
  /// - Throws: `StrictJSONError` with the place of the first mistake.
  public init(parsing bytes: some Sequence<UInt8>, depthLimit: Int = 64) throws(StrictJSONError) {
    var parser = StrictJSONParser(Array(bytes), depthLimit: depthLimit)
    self = try parser.parse()
  }

  /// Reads a JSON text.
  /// - Throws: `StrictJSONError` with the place of the first mistake.
  public init(parsing text: String, depthLimit: Int = 64) throws(StrictJSONError) {
    try self.init(parsing: text.utf8, depthLimit: depthLimit)
  }

  /// A whole number.
  public static func number(_ value: some FixedWidthInteger) -> StrictJSON { .number("\(value)") }

  /// What kind of value this is, in words for messages.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The value as a whole number; `nil` if it is something else, has a fraction or an exponent, or does not
  /// fit.
  public var integer: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text)
  }

  /// The number nearest to the value, which may be infinite; `nil` if it is not a number.
  public var double: Double? {
    guard case .number(let text) = self else { return nil }
    return Double(text)
  }

  /// The value of a key of an object; `nil` if it is no object or does not have the key.
  public subscript(key: String) -> StrictJSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }
}

extension StrictJSON {
  /// The value as JSON text without spaces or line breaks.
  public var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let number): text += number
    case .string(let string): Self.write(string, to: &text)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        Self.write(member.key, to: &text)
        text += ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{00}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
