import Foundation

/// Writes a file so that it is either the old one or the new one, also after a crash.
enum FileReplacement {
  static func write(_ data: Data, to path: String) throws {
    let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).partial"
    func fail() -> ReportError {
      let reason = String(cString: strerror(errno))
      unlink(temporary)
      return .cannotWrite(path: path, reason: reason)
    }
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw fail() }
    var remaining = data[...]
    while !remaining.isEmpty {
      let written = remaining.withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress, $0.count)
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else {
        let error = fail()
        close(descriptor)
        throw error
      }
      remaining = remaining.dropFirst(written)
    }
    guard fsync(descriptor) == 0 else {
      let error = fail()
      close(descriptor)
      throw error
    }
    close(descriptor)
    guard rename(temporary, path) == 0 else { throw fail() }
  }
}
