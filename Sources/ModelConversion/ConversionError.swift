/// A model of another library that cannot be one of ours, or the reverse.
public struct ConversionError: Error, Equatable, CustomStringConvertible {
  /// The file or folder.
  public let file: String
  /// The setting, by the name that the other library gives it.
  public let key: String
  /// What can be converted.
  public let expected: String
  /// What is there.
  public let found: String

  /// The arguments are the properties.
  public init(file: String, key: String, expected: String, found: String) {
    self.file = file
    self.key = key
    self.expected = expected
    self.found = found
  }

  /// The text for a person.
  public var description: String { "\(file): \(key): expected \(expected), found \(found)" }
}
