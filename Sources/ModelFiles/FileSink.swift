#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file that is being written. It closes itself at the end of its life.
public struct FileSink: ~Copyable {
  private var descriptor: Int32
  private let path: String

  /// Creates a file that must not exist yet.
  init(creating path: String, shownAs shownPath: String) throws {
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    self.path = shownPath
    if descriptor < 0 { throw FileError.last("write", shownPath) }
  }

  /// Opens a file or device that is there to add to it.
  init(appendingTo path: String) throws {
    descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    self.path = path
    if descriptor < 0 { throw FileError.last("write", path) }
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
      // Nothing written and no reason given: not to be tried for ever.
      if result == 0 { throw FileError(operation: "write", path: path, code: EIO) }
      written += result
    }
  }

  /// Forces the bytes to the disk and closes the file.
  mutating func finish() throws {
    if fsync(descriptor) != 0 { throw FileError.last("write", path) }
    try finishWithoutSynchronizing()
  }

  /// Closes the file. Some file systems say only then that something could not be written.
  mutating func finishWithoutSynchronizing() throws {
    let finished = descriptor
    descriptor = -1
    if close(finished) != 0 && errno != EINTR { throw FileError.last("write", path) }
  }
}
