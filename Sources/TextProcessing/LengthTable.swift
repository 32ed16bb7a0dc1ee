#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif
import ModelFiles

/// The lengths of a corpus' pairs, in a temporary file that is mapped into memory.
final class LengthTable {
  /// For which epoch the lengths are.
  var epoch = 0
  private let entries: UnsafeMutableBufferPointer<(source: UInt32, target: UInt32)>

  /// - Throws: `FileError` if there is no room.
  init(count: Int) throws(FileError) {
    if count == 0 {
      entries = .init(start: nil, count: 0)
      return
    }
    let byteCount = count * 8
    let file = try ScratchFile()
    #if canImport(Darwin)
      let code = ftruncate(file.descriptor, off_t(byteCount)) == 0 ? 0 : errno
    #else
      // All the room at once: a full disk would stop the program at a later access.
      let code = posix_fallocate(file.descriptor, 0, off_t(byteCount))
    #endif
    if code != 0 {
      throw FileError(
        operation: "make a temporary file of \(byteCount) bytes", path: file.folder, code: code)
    }
    guard
      let base = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor, 0),
      base != MAP_FAILED
    else {
      throw FileError(operation: "map a temporary file", path: file.folder, code: errno)
    }
    entries = .init(
      start: base.bindMemory(to: (source: UInt32, target: UInt32).self, capacity: count),
      count: count)
  }

  deinit {
    if let base = entries.baseAddress { munmap(base, entries.count * 8) }
  }

  /// The lengths of a pair; nil if it takes no part.
  subscript(number: Int) -> BatchCutter.Lengths? {
    get {
      let (source, target) = entries[number]
      return source == .max ? nil : .init(source: Int(source), target: Int(target))
    }
    set {
      entries[number] = newValue.map { (UInt32($0.source), UInt32($0.target)) } ?? (.max, .max)
    }
  }
}
