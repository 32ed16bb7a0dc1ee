#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Where the lines of a text stand: their ends and a byte order mark at the very beginning left out.
///
/// Of a text that stays in its file, a part at a time is in memory.
struct LineScanner {
  private let text: TextBytes
  /// What of the text is in memory, and where it begins.
  private var window: TextBytes
  private var windowStart = 0
  /// Where the next line begins.
  private(set) var offset = 0

  /// How much of a file is read at once, where no line is longer.
  static let partSize = 1 << 16

  /// - Parameter isPart: the text begins in the middle of a file, where a byte order mark is a character.
  init(_ text: TextBytes, isPart: Bool = false) throws(TextFileError) {
    self.text = text
    window = text.isInMemory ? text : try text.part(0..<min(text.count, Self.partSize))
    if !isPart && window.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
  }

  /// The bytes of the next line, which are valid until the one after it is asked for.
  mutating func next() throws(TextFileError) -> UnsafeRawBufferPointer? {
    while true {
      let start = offset - windowStart
      let bytes = window.bytes
      if let base = bytes.baseAddress,
        let newline = memchr(base + start, 0x0A, bytes.count - start)
      {
        var end = UnsafeRawPointer(newline) - base
        offset = windowStart + end + 1
        if end > start && bytes[end - 1] == 0x0D { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      }
      if windowStart + bytes.count == text.count {
        offset = text.count
        return start == bytes.count ? nil : UnsafeRawBufferPointer(rebasing: bytes[start...])
      }
      try readMore()
    }
  }

  /// Brings what begins with the next line into memory, at least twice as much as is there of it.
  private mutating func readMore() throws(TextFileError) {
    let byteCount = max(Self.partSize, 2 * (windowStart + window.count - offset))
    window = try text.part(offset..<min(text.count, offset + byteCount))
    windowStart = offset
  }
}
