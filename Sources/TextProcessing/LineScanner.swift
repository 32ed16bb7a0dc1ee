#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Where the lines of a text stand: their ends and a byte order mark at the very beginning left out.
///
/// The bytes must outlive it.
struct LineScanner {
  private let bytes: UnsafeRawBufferPointer
  /// Where the next line begins.
  private(set) var offset: Int

  /// - Parameter offset: 0, or what the property was before.
  init(_ bytes: UnsafeRawBufferPointer, from offset: Int = 0) {
    self.bytes = bytes
    let hasMark = offset == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF])
    self.offset = hasMark ? 3 : offset
  }

  /// The bytes of the next line.
  mutating func next() -> UnsafeRawBufferPointer? {
    guard let base = bytes.baseAddress, offset < bytes.count else { return nil }
    let start = offset
    var end = bytes.count
    if let newline = memchr(base + start, 0x0A, bytes.count - start) {
      end = UnsafeRawPointer(newline) - base
      offset = end + 1
      if end > start && bytes[end - 1] == 0x0D { end -= 1 }
    } else {
      offset = end
    }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
  }
}
