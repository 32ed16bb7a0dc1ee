/// Bits of a sequence of bytes, the least significant of each byte first.
struct BitReader {
  private let bytes: UnsafeRawBufferPointer
  /// The next byte that is not in `pending`.
  private var place = 0
  /// Bits that come next, the first of them lowest; 0 above `pendingCount`.
  private var pending: UInt64 = 0
  private var pendingCount = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next bits without taking them, at most 32; 0 beyond the end.
  mutating func peek(_ count: Int) -> UInt32 {
    if pendingCount < count { fill() }
    return UInt32(truncatingIfNeeded: pending & (1 << UInt64(count) - 1))
  }

  /// Takes bits that have been looked at.
  mutating func skip(_ count: Int) throws(InflateError) {
    if pendingCount < count { throw .endOfInput }
    pending >>= UInt64(count)
    pendingCount -= count
  }

  /// A number of at most 32 bits.
  mutating func take(_ count: Int) throws(InflateError) -> UInt32 {
    let bits = peek(count)
    try skip(count)
    return bits
  }

  /// Leaves out the rest of a byte that has been begun.
  mutating func skipToByte() {
    pending >>= UInt64(pendingCount % 8)
    pendingCount -= pendingCount % 8
  }

  /// Whole bytes; all bits before must have been taken to the end of a byte.
  mutating func takeBytes(_ count: Int) throws(InflateError) -> UnsafeRawBufferPointer {
    let start = place - pendingCount / 8
    if count > bytes.count - start { throw .endOfInput }
    place = start + count
    pending = 0
    pendingCount = 0
    return UnsafeRawBufferPointer(rebasing: bytes[start..<place])
  }

  /// The bytes of which nothing has been taken.
  var unusedBytes: Int { bytes.count - place + pendingCount / 8 }

  private mutating func fill() {
    while pendingCount <= 56 && place < bytes.count {
      pending |= UInt64(bytes[place]) << UInt64(pendingCount)
      pendingCount += 8
      place += 1
    }
  }
}
