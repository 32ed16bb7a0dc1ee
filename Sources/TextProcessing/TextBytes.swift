#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif
import Foundation
import ModelFiles

/// The bytes of a text file.
///
/// What gzip has compressed is decompressed into a temporary file without a name first, and what has no size,
/// such as standard input and pipes, is copied into one. These files are mapped into memory, so that only the parts in
/// use take any. Other files are copied, because the system stops a program that looks at a part of a mapped file which
/// somebody has cut off meanwhile; they are mapped where the text may be larger than memory.
final class TextBytes: @unchecked Sendable {
  // `@unchecked`: the memory is never written to.
  let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  /// - Parameters:
  ///   - path: `-` is standard input.
  ///   - mayExceedMemory: whether the file is mapped. If it is shortened in place, that stops the program; replacing
  ///     it by renaming does no harm.
  convenience init(_ path: String, mayExceedMemory: Bool = false) throws(TextFileError) {
    let file = TextFile.displayName(of: path)
    func unreadable(_ code: Int32) -> TextFileError {
      let reason =
        switch code {
        case ENOENT: "there is no such file"
        case EISDIR: "it is a folder"
        case ESTALE: "it was shortened while it was read"
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
      if source == descriptor && !mayExceedMemory {
        self.init(copyOf: try Self.copy(source))
      } else {
        self.init(mapped: try Self.map(source))
      }
    } catch let error as TextFileError {
      throw error
    } catch let error as FileError {
      if error.path.isEmpty { throw unreadable(error.code) }
      throw TextFileError(file: file, problem: .unreadable(reason: error.description))
    } catch {
      throw TextFileError(file: file, problem: .unreadable(reason: "\(error)"))
    }
  }

  private init(mapped bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    isMapped = true
  }

  private init(copyOf bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    isMapped = false
  }

  deinit {
    if !isMapped {
      bytes.deallocate()
    } else if let base = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
    }
  }

  /// Gives the memory of a range of a mapped file back; the bytes are read from the file again when they are next
  /// looked at.
  func release(_ range: Range<Int>) {
    guard isMapped, let base = bytes.baseAddress else { return }
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

  private static func byteCount(_ descriptor: Int32) throws(FileError) -> Int {
    var status = stat()
    if fstat(descriptor, &status) != 0 {
      throw FileError(operation: "read", path: "", code: errno)
    }
    return Int(status.st_size)
  }

  /// A copy that has to be given back.
  private static func copy(_ descriptor: Int32) throws(FileError) -> UnsafeRawBufferPointer {
    let copy = UnsafeMutableRawBufferPointer.allocate(
      byteCount: try byteCount(descriptor), alignment: 16)
    var copied = 0
    while copied < copy.count {
      // Linux reads at most 2^31 - 4096 bytes at once.
      let count = pread(
        descriptor, copy.baseAddress! + copied, min(copy.count - copied, 1 << 30), off_t(copied))
      if count < 0 && errno == EINTR { continue }
      if count <= 0 {
        let code = count < 0 ? errno : ESTALE
        copy.deallocate()
        throw FileError(operation: "read", path: "", code: code)
      }
      copied += count
    }
    return UnsafeRawBufferPointer(copy)
  }

  private static func map(_ descriptor: Int32) throws(FileError) -> UnsafeRawBufferPointer {
    let count = try byteCount(descriptor)
    if count == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else { throw FileError(operation: "map", path: "", code: errno) }
    return UnsafeRawBufferPointer(start: base, count: count)
  }
}
