#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file that is open for reading, of which parts can be copied, and that is mapped into memory for those who
/// want to look at its bytes without a copy.
///
/// Replacing the file by renaming another one over it, as `AtomicFile` does, changes nothing here. A file that is
/// written to or shortened in place is noticed by ``copy(_:to:)``, which asks the system for the bytes and gives an
/// error. Looking at mapped bytes cannot give one: the system stops a program that touches a page that is no longer
/// in the file. So everything in this module that reads a header or copies numbers goes through ``copy(_:to:)``.
final class MappedFile: @unchecked Sendable {
  // `@unchecked`: the memory is never written to.

  /// The file's bytes. Touching them after the file has been shortened in place stops the program.
  let bytes: UnsafeRawBufferPointer
  private let path: String
  private let descriptor: Int32
  private let stamp: Stamp

  /// What changes when somebody writes to a file.
  private struct Stamp: Equatable {
    let byteCount: Int
    let seconds: Int
    let nanoseconds: Int

    init(_ status: stat) {
      #if canImport(Darwin)
        let modified = status.st_mtimespec
      #else
        let modified = status.st_mtim
      #endif
      byteCount = Int(status.st_size)
      seconds = Int(modified.tv_sec)
      nanoseconds = Int(modified.tv_nsec)
    }
  }

  /// - Throws: `FileError`, also for what is no file, such as a folder or a pipe.
  init(_ path: String) throws(FileError) {
    // Without O_NONBLOCK, opening a pipe would wait for somebody to write to it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { throw FileError.last("read", path) }
    do throws(FileError) {
      let status = try Self.status(of: descriptor, path)
      switch status.st_mode & S_IFMT {
      case S_IFREG: break
      case S_IFDIR: throw FileError(operation: "read", path: path, code: EISDIR)
      default: throw FileError(operation: "map", path: path, code: ENODEV)
      }
      stamp = Stamp(status)
      bytes = try Self.map(descriptor, byteCount: stamp.byteCount, path)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    if let base = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
    }
    close(descriptor)
  }

  /// Copies a part of the file to memory of the same size.
  ///
  /// - Throws: `FileError`, with the code `ESTALE` where somebody has written to the file since it was opened.
  func copy(_ range: Range<Int>, to target: UnsafeMutableRawBufferPointer) throws(FileError) {
    var copied = 0
    while copied < range.count {
      // Linux reads at most 2^31 - 4096 bytes at once.
      let count = pread(
        descriptor, target.baseAddress! + copied, min(range.count - copied, 1 << 30),
        off_t(range.lowerBound + copied))
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw FileError.last("read", path) }
      if count == 0 { throw FileError(operation: "read", path: path, code: ESTALE) }
      copied += count
    }
    if Stamp(try Self.status(of: descriptor, path)) != stamp {
      throw FileError(operation: "read", path: path, code: ESTALE)
    }
  }

  private static func status(of descriptor: Int32, _ path: String) throws(FileError) -> stat {
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw FileError.last("read", path) }
    return status
  }

  private static func map(
    _ descriptor: Int32, byteCount: Int, _ path: String
  ) throws(FileError) -> UnsafeRawBufferPointer {
    if byteCount == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
    guard let base = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0),
      base != MAP_FAILED
    else { throw FileError.last("map", path) }
    return UnsafeRawBufferPointer(start: base, count: byteCount)
  }
}
