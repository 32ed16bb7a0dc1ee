/// Why a report could not be read or written.
public enum ReportError: Error, Equatable, CustomStringConvertible {
  case schemaVersion(found: Int, expected: Int)
  case cannotWrite(path: String, reason: String)

  /// The text for a person.
  public var description: String {
    switch self {
    case .schemaVersion(let found, let expected):
      "the report has schema version \(found), this program reads version \(expected)"
    case .cannotWrite(let path, let reason):
      "cannot write \(path): \(reason)"
    }
  }
}
