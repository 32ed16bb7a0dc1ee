/// Why a report could not be read or written.
public enum ReportError: Error, Equatable, CustomStringConvertible {
  case schemaVersion(found: Int, expected: Int)
  case cannotWrite(path: String, reason: String)
  case cannotRead(path: String, reason: String)
  case malformed(path: String, reason: String)

  /// The text for a person.
  public var description: String {
    switch self {
    case .schemaVersion(let found, let expected):
      "the report has schema version \(found), this program reads version \(expected)"
    case .cannotWrite(let path, let reason):
      "cannot write \(path): \(reason)"
    case .cannotRead(let path, let reason):
      "cannot read \(path): \(reason)"
    case .malformed(let path, let reason):
      "\(path) is no report of a benchmark: \(reason)"
    }
  }
}
