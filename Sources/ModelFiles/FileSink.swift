#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file that is being written. It closes itself at the end of its life.
public struct FileSink: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Creates a file that must not exist yet.
  init(creating path: String, shownAs shownPath: String) throws {
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    self.path = shownPath
    if descriptor < 0 { throw FileError.last("write", shownPath) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Appends bytes.
  /// - Throws: `FileError`, for example when the disk is full.
  public borrowing func write(_ bytes: UnsafeRawBufferPointer) throws {
    var written = 0
    while written < bytes.count {
      // Linux writes at most 2^31 - 4096 bytes at once.
      let count = min(bytes.count - written, 1 << 30)
      guard let base = bytes.baseAddress else { return }
      #if canImport(Darwin)
        let result = Darwin.write(descriptor, base + written, count)
      #elseif canImport(Musl)
        let result = Musl.write(descriptor, base + written, count)
      #else
        let result = Glibc.write(descriptor, base + written, count)
      #endif
      if result < 0 {
        if errno == EINTR { continue }
        throw FileError.last("write", path)
      }
      written += result
    }
  }

  /// Forces the bytes to the disk.
  borrowing func finish() throws {
    if fsync(descriptor) != 0 { throw FileError.last("write", path) }
  }
}
