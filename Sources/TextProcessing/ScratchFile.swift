#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif
import Foundation
import ModelFiles

/// A file without a name in the folder for temporary files; it is gone with the last use, however the program
/// ends.
final class ScratchFile: Sendable {
  let descriptor: Int32
  let folder: String

  init() throws(FileError) {
    folder = NSTemporaryDirectory()
    var template = Array("\(folder)/swift-attention-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    if descriptor < 0 {
      throw FileError(operation: "make a temporary file", path: folder, code: errno)
    }
    // Programs that are started elsewhere must not keep it open.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(template)
  }

  deinit { close(descriptor) }

  /// Appends all that another descriptor still gives.
  func append(from source: Int32) throws(FileError) {
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let count = read(source, chunk.baseAddress, chunk.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw FileError(operation: "read", path: "", code: errno) }
      if count == 0 { return }
      var done = 0
      while done < count {
        let written = write(descriptor, chunk.baseAddress! + done, count - done)
        if written < 0 && errno == EINTR { continue }
        if written < 0 {
          throw FileError(operation: "write a temporary file", path: folder, code: errno)
        }
        done += written
      }
    }
  }

  /// Goes back to the first byte.
  func rewind() { lseek(descriptor, 0, SEEK_SET) }
}
