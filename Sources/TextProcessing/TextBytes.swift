#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif
import Foundation
import ModelFiles

/// The bytes of a text file: in memory, or, where the text may be larger than that, in the file, of which parts are read.
///
/// What gzip has compressed is decompressed into a temporary file without a name first, and what has no size, such as
/// standard input and pipes, is copied into one. Nothing is mapped into memory, because the system stops a program that
/// looks at a part of a mapped file which somebody has cut off meanwhile.
final class TextBytes: @unchecked Sendable {
  // `@unchecked`: the memory is never written to.
  private enum Storage {
    case memory(UnsafeMutableRawBufferPointer)
    case file(descriptor: Int32)
  }

  /// How many there are.
  let count: Int
  private let storage: Storage
  /// What the file is called in messages.
  private let file: String

  /// - Parameters:
  ///   - path: `-` is standard input.
  ///   - mayExceedMemory: whether the bytes stay in the file.
  convenience init(_ path: String, mayExceedMemory: Bool = false) throws(TextFileError) {
    let file = TextFile.displayName(of: path)
    func unreadable(_ code: Int32) -> TextFileError {
      let reason =
        switch code {
        case ENOENT: "there is no such file"
        case EISDIR: "it is a folder"
        default: FileError(operation: "read", path: file, code: code).reason
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
    // Descriptors of temporary files stay open until they have been copied.
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
      if fstat(source, &status) != 0 { throw unreadable(errno) }
      let count = Int(status.st_size)
      if mayExceedMemory {
        let copy = fcntl(source, F_DUPFD_CLOEXEC, 0)
        if copy < 0 { throw unreadable(errno) }
        self.init(.file(descriptor: copy), count: count, file: file)
      } else {
        self.init(.memory(try Self.copy(0..<count, of: source)), count: count, file: file)
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

  /// A copy of bytes in memory; `file` is their name in messages.
  convenience init(of data: some Collection<UInt8>, file: String) {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: data.count, alignment: 16)
    bytes.copyBytes(from: data)
    self.init(.memory(bytes), count: bytes.count, file: file)
  }

  private init(_ storage: Storage, count: Int, file: String) {
    self.storage = storage
    self.count = count
    self.file = file
  }

  deinit {
    switch storage {
    case .memory(let bytes): bytes.deallocate()
    case .file(let descriptor): close(descriptor)
    }
  }

  var isInMemory: Bool {
    if case .memory = storage { true } else { false }
  }

  /// The bytes, as long as this lives; of those that are not in memory there are none here.
  var bytes: UnsafeRawBufferPointer {
    if case .memory(let bytes) = storage {
      UnsafeRawBufferPointer(bytes)
    } else {
      .init(start: nil, count: 0)
    }
  }

  /// A copy of some of the bytes in memory.
  ///
  /// - Throws: `TextFileError` where they cannot be read, or are no longer in the file.
  func part(_ range: Range<Int>) throws(TextFileError) -> TextBytes {
    let bytes: UnsafeMutableRawBufferPointer
    switch storage {
    case .memory(let all):
      bytes = .allocate(byteCount: range.count, alignment: 16)
      bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[range]))
    case .file(let descriptor):
      do throws(FileError) {
        bytes = try Self.copy(range, of: descriptor)
      } catch {
        throw TextFileError(file: file, problem: .unreadable(reason: error.reason))
      }
    }
    return TextBytes(.memory(bytes), count: range.count, file: file)
  }

  /// Whether a file begins as gzip's do. No text in UTF-8 does.
  private static func isCompressed(_ descriptor: Int32) -> Bool {
    var magic: (UInt8, UInt8) = (0, 0)
    return pread(descriptor, &magic, 2, 0) == 2 && magic == (0x1F, 0x8B)
  }

  /// A copy that has to be given back.
  private static func copy(_ range: Range<Int>, of descriptor: Int32) throws(FileError)
    -> UnsafeMutableRawBufferPointer
  {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 16)
    var copied = 0
    while copied < copy.count {
      // Linux reads at most 2^31 - 4096 bytes at once.
      let count = pread(
        descriptor, copy.baseAddress! + copied, min(copy.count - copied, 1 << 30),
        off_t(range.lowerBound + copied))
      if count < 0 && errno == EINTR { continue }
      if count <= 0 {
        let code = count < 0 ? errno : ESTALE
        copy.deallocate()
        throw FileError(operation: "read", path: "", code: code)
      }
      copied += count
    }
    return copy
  }
}
