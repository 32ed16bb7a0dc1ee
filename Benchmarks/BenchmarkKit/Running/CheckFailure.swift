/// A contender whose output is not what the reference says.
public struct CheckFailure: Error, CustomStringConvertible {
  /// The text for a person.
  public let description: String

  /// A failure with its reason.
  public init(_ description: String) {
    self.description = description
  }
}
