#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A call to the operating system about a file or folder that failed.
public struct FileError: Error, Equatable, CustomStringConvertible {
  /// What was tried, as a verb: "open", "write", "rename".
  public let operation: String
  /// The file or folder.
  public let path: String
  /// The system's error number (`errno`); `ESTALE` where the file has changed while it was read.
  public let code: Int32

  /// `code` is the system's errno.
  public init(operation: String, path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// The failure that the last system call has just left in `errno`.
  static func last(_ operation: String, _ path: String) -> FileError {
    FileError(operation: operation, path: path, code: errno)
  }

  /// The text for a person.
  public var description: String {
    "\(path): cannot \(operation): \(reason)"
  }

  /// What the code means, in words.
  package var reason: String {
    code == ESTALE
      ? "somebody has written to it since it was opened" : String(cString: strerror(code))
  }
}
