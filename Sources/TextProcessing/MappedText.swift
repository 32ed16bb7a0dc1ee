#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif
import Foundation
import ModelFiles

/// The bytes of a text file, mapped into memory, so that only the parts in use take any.
///
/// What gzip has compressed is decompressed into a temporary file without a name first, and what has no size,
/// such as standard input and pipes, is copied into one. A file that is shortened in place while it is mapped
/// stops the program; replacing it by renaming does no harm.
final class MappedText: @unchecked Sendable {
  // `@unchecked`: the memory is never written to.
  let bytes: UnsafeRawBufferPointer

  /// - Parameter path: `-` is standard input.
  convenience init(_ path: String) throws(TextFileError) {
    let file = TextFile.displayName(of: path)
    func unreadable(_ code: Int32) -> TextFileError {
      let reason =
        switch code {
        case ENOENT: "there is no such file"
        case EISDIR: "it is a folder"
        default: String(cString: strerror(code))
        }
      return TextFileError(file: file, problem: .unreadable(reason: reason))
    }
    let isStandardInput = path == "-"
    let descriptor = isStandardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw unreadable(errno) }
    defer { if !isStandardInput { close(descriptor) } }
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw unreadable(errno) }
    let kind = status.st_mode & S_IFMT
    if kind == S_IFDIR { throw unreadable(EISDIR) }
    // Descriptors of temporary files stay open until the last of them is mapped.
    var temporary: [ScratchFile] = []
    defer { withExtendedLifetime(temporary) {} }
    do {
      var source = descriptor
      // The system's own files say that their size is 0 and are not empty.
      if isStandardInput || kind != S_IFREG || status.st_size == 0 {
        let copy = try ScratchFile()
        temporary.append(copy)
        try copy.append(from: descriptor)
        copy.rewind()
        source = copy.descriptor
      }
      if Self.isCompressed(source) {
        let text = try ScratchFile()
        temporary.append(text)
        try Gzip.decompress(source, into: text, file: file)
        source = text.descriptor
      }
      self.init(bytes: try Self.map(source))
    } catch let error as TextFileError {
      throw error
    } catch let error as FileError {
      if error.path.isEmpty { throw unreadable(error.code) }
      throw TextFileError(file: file, problem: .unreadable(reason: error.description))
    } catch {
      throw TextFileError(file: file, problem: .unreadable(reason: "\(error)"))
    }
  }

  private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  deinit {
    if let base = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
    }
  }

  /// Gives the memory of a range back; the bytes are read from the file again when they are next looked at.
  func release(_ range: Range<Int>) {
    guard let base = bytes.baseAddress else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    if start < end {
      madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
    }
  }

  /// Whether a file begins as gzip's do. No text in UTF-8 does.
  private static func isCompressed(_ descriptor: Int32) -> Bool {
    var magic: (UInt8, UInt8) = (0, 0)
    return pread(descriptor, &magic, 2, 0) == 2 && magic == (0x1F, 0x8B)
  }

  private static func map(_ descriptor: Int32) throws(FileError) -> UnsafeRawBufferPointer {
    var status = stat()
    if fstat(descriptor, &status) != 0 {
      throw FileError(operation: "read", path: "", code: errno)
    }
    let count = Int(status.st_size)
    if count == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else { throw FileError(operation: "map", path: "", code: errno) }
    return UnsafeRawBufferPointer(start: base, count: count)
  }
}
