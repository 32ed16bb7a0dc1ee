/// A configuration that describes no model.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// The field, by its name in configuration files.
  public let field: String
  /// What it may be.
  public let expected: String
  /// What it is.
  public let found: String

  /// The arguments are the properties.
  public init(field: String, expected: String, found: String) {
    self.field = field
    self.expected = expected
    self.found = found
  }

  /// The text for a person.
  public var description: String { "\(field): expected \(expected), found \(found)" }
}
