import AttentionKit
import Foundation

/// The three streams that a program is started with.
enum StandardStreams {
  /// Makes sure that the numbers 0 to 2 are taken. Where one was closed, the next file that is opened would get its
  /// number, and messages would be written into that file.
  static func reserve() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      // The wrong way round, so that using it fails as with a closed stream. The lowest free number is this one.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Writes a line to standard output.
  /// - Throws: `FileError`.
  static func writeLine(_ line: String) throws { try write(line + "\n") }

  /// Writes text to standard output.
  /// - Throws: `FileError`.
  static func write(_ text: String) throws { try write(Array(text.utf8)) }

  /// Writes bytes to standard output.
  /// - Throws: `FileError`.
  static func write(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(operation: "write", path: "standard output", code: errno)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Writes a message for a person to standard error. Where that is closed or full nobody can be told.
  static func say(_ message: String) {
    try? FileHandle.standardError.write(contentsOf: Data((message + "\n").utf8))
  }
}
