import AttentionKit
import Foundation

/// The lines of a stream as they arrive, so that one can translate what somebody types or another program
/// writes, without waiting for the end.
///
/// Lines are as in `TextFile`: they end with LF or CRLF and must be UTF-8.
struct InputLines {
  private let descriptor: Int32
  private let file: String
  private var bytes: [UInt8] = []
  private var start = 0
  /// Up to where there is no line end.
  private var searched = 0
  private var isAtEnd = false
  private var lineNumber = 0

  init(descriptor: Int32 = STDIN_FILENO, file: String = "standard input") {
    self.descriptor = descriptor
    self.file = file
  }

  /// Waits for a line, then takes all that are there already, up to `limit`. Empty only at the end.
  mutating func next(atMost limit: Int) throws -> [String] {
    var lines: [String] = []
    while lines.count < limit {
      if let line = try takeLine() {
        lines.append(line)
      } else if isAtEnd || (!lines.isEmpty && !hasInput) {
        break
      } else {
        try fill()
      }
    }
    return lines
  }

  /// Whether reading would not wait.
  private var hasInput: Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, 0) > 0
  }

  private mutating func fill() throws {
    if start > 0 {
      bytes.removeFirst(start)
      searched -= start
      start = 0
    }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var count = 0
    repeat { count = read(descriptor, &chunk, chunk.count) } while count < 0 && errno == EINTR
    if count < 0 {
      throw TextFileError(
        file: file, problem: .unreadable(reason: String(cString: strerror(errno))))
    }
    isAtEnd = count == 0
    bytes += chunk.prefix(count)
  }

  private mutating func takeLine() throws -> String? {
    let newline = bytes[searched...].firstIndex(of: 0x0A)
    guard let end = newline ?? (isAtEnd && start < bytes.count ? bytes.count : nil) else {
      searched = bytes.count
      return nil
    }
    let line = bytes[start..<end]
    start = min(end + 1, bytes.count)
    searched = start
    lineNumber += 1
    do {
      // One line with its end, so that an empty one is a line too. A byte order mark is one at the very beginning
      // alone, so another line has one before it.
      return lineNumber == 1
        ? try TextFile.lines(in: line + [0x0A], file: file)[0]
        : try TextFile.lines(in: [0x0A] + line + [0x0A], file: file)[1]
    } catch {
      throw TextFileError(file: file, line: lineNumber, problem: error.problem)
    }
  }
}
