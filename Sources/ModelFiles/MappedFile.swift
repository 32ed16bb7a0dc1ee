#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file that is mapped into memory for reading, so that only the parts that are used are read.
///
/// Replacing the file by renaming another one over it, as `AtomicFile` does, leaves the mapping as it was.
/// Shortening the file in place while it is mapped stops the program at the next access to the lost part.
final class MappedFile: @unchecked Sendable {
  // `@unchecked`: the memory is never written to.
  let bytes: UnsafeRawBufferPointer

  init(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw FileError.last("read", path) }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw FileError.last("read", path) }
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    if isFolder { throw FileError(operation: "read", path: path, code: EISDIR) }
    let count = Int(status.st_size)
    if count == 0 {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else { throw FileError.last("map", path) }
    bytes = UnsafeRawBufferPointer(start: base, count: count)
  }

  deinit {
    if let base = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
    }
  }
}
