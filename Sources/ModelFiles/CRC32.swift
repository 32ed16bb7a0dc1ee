/// The checksum of zip, gzip and PNG: CRC-32 of the polynomial 0x04C11DB7, bits reversed.
package struct CRC32 {
  private var state: UInt32 = 0xFFFF_FFFF

  /// That of no bytes.
  package init() {}

  /// Of all bytes so far.
  package var value: UInt32 { ~state }

  /// The checksum of some bytes.
  package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var checksum = CRC32()
    checksum.update(bytes)
    return checksum.value
  }

  /// Goes on with more bytes, eight at a time.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    Self.tables.withUnsafeBufferPointer { tables in
      var state = self.state
      var place = 0
      while place <= bytes.count - 8 {
        let eight = bytes.number(at: place, as: UInt64.self) ^ UInt64(state)
        state = 0
        for index in 0..<8 {
          let byte = Int(truncatingIfNeeded: eight >> UInt64(8 * index)) & 0xFF
          state ^= tables[(7 - index) << 8 | byte]
        }
        place += 8
      }
      while place < bytes.count {
        state = tables[Int((state ^ UInt32(bytes[place])) & 0xFF)] ^ state >> 8
        place += 1
      }
      self.state = state
    }
  }

  /// Table k has at b what the byte b with k zero bytes after it adds.
  private static let tables: [UInt32] = {
    var tables: [UInt32] = []
    for byte in 0..<UInt32(256) {
      var value = byte
      for _ in 0..<8 {
        let isOdd = value & 1 == 1
        value >>= 1
        if isOdd { value ^= 0xEDB8_8320 }
      }
      tables.append(value)
    }
    for index in 256..<8 * 256 {
      let before = tables[index - 256]
      tables.append(tables[Int(before & 0xFF)] ^ before >> 8)
    }
    return tables
  }()
}
