/// A mistake in a JSON text and where it is.
public struct StrictJSONError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// Something else should stand here. `found` is `nil` at the end of the text.
    case unexpected(expected: String, found: UInt8?)
    /// A key that the object has already.
    case duplicateKey(String)
    /// More arrays and objects inside one another than the limit.
    case tooDeep(limit: Int)
    case invalidUTF8
    /// A line break, tab or other control character inside a string, not escaped.
    case controlCharacter(UInt8)
    /// Half of a surrogate pair.
    case loneSurrogate
  }

  /// What is wrong.
  public let problem: Problem
  /// The byte in the text, from 0.
  public let offset: Int
  /// The line, from 1.
  public let line: Int
  /// The byte in the line, from 1.
  public let column: Int

  /// The text for a person.
  public var description: String {
    "line \(line), column \(column): \(explanation)"
  }

  private var explanation: String {
    switch problem {
    case .unexpected(let expected, let found):
      switch found {
      case nil: "expected \(expected), found the end of the text"
      case .some(let byte) where byte > 0x20 && byte < 0x7F:
        "expected \(expected), found '\(Character(Unicode.Scalar(byte)))'"
      case .some(let byte): "expected \(expected), found the byte \(byte)"
      }
    case .duplicateKey(let key): "the object has the key '\(key)' already"
    case .tooDeep(let limit): "more than \(limit) arrays and objects inside one another"
    case .invalidUTF8: "expected UTF-8, found an invalid byte"
    case .controlCharacter(let byte):
      "expected a character of a string, found the control character \(byte), which has to be escaped"
    case .loneSurrogate: "expected a whole surrogate pair, found half of one"
    }
  }
}
