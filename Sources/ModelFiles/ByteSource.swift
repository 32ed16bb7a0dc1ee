/// Bytes that are looked at without being copied: a file that is mapped, or memory.
enum ByteSource: Sendable {
  case file(MappedFile)
  case memory([UInt8])

  /// Valid within `body` only.
  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
  {
    switch self {
    // Alive until the end of `body`, else the mapping could be gone before.
    case .file(let file): try withExtendedLifetime(file) { try body(file.bytes) }
    case .memory(let bytes): try bytes.withUnsafeBytes(body)
    }
  }

  var count: Int {
    switch self {
    case .file(let file): file.bytes.count
    case .memory(let bytes): bytes.count
    }
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
