/// Where the bytes of a format come from: a file, or memory.
enum ByteSource: Sendable {
  case file(MappedFile)
  case memory([UInt8])

  var count: Int {
    switch self {
    case .file(let file): file.bytes.count
    case .memory(let bytes): bytes.count
    }
  }

  /// Looks at the bytes without a copy. They are valid within `body` only, and those of a file only as long as
  /// nobody shortens it in place.
  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
  {
    switch self {
    // Alive until the end of `body`, else the mapping could be gone before.
    case .file(let file): try withExtendedLifetime(file) { try body(file.bytes) }
    case .memory(let bytes): try bytes.withUnsafeBytes(body)
    }
  }

  /// Copies a part to memory of the same size.
  ///
  /// - Throws: `FileError`, also where the file has changed since it was opened.
  func copy(_ range: Range<Int>, to target: UnsafeMutableRawBufferPointer) throws(FileError) {
    switch self {
    case .file(let file): try file.copy(range, to: target)
    case .memory(let bytes):
      bytes.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
  }

  /// A copy of a part.
  ///
  /// - Throws: `FileError`, also where the file has changed since it was opened.
  func bytes(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    var problem: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      do throws(FileError) {
        try copy(
          range,
          to: UnsafeMutableRawBufferPointer(
            rebasing: UnsafeMutableRawBufferPointer(buffer)[..<range.count]))
        count = range.count
      } catch {
        problem = error
      }
    }
    if let problem { throw problem }
    return bytes
  }
}

extension UnsafeRawBufferPointer {
  /// The little-endian number at an offset, at any address. The offset and the bytes after it must be inside.
  func number<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as: Number.Type)
    -> Number
  {
    Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
  }
}
