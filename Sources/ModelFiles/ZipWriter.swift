/// The headers of a zip file of stored entries, with 64-bit numbers where they are needed.
struct ZipWriter {
  /// The first number that does not fit: the largest of 32 bits means that it stands elsewhere.
  static let sizeLimit = 0xFFFF_FFFF

  private let sizeLimit: Int
  private var central: [UInt8] = []
  private var count = 0
  private var offset = 0

  /// - Parameter sizeLimit: the first size or offset that is written with 64 bits.
  init(sizeLimit: Int) { self.sizeLimit = sizeLimit }

  /// The local header of the next entry, whose bytes come right after it.
  ///
  /// - Parameter name: at most 65535 bytes.
  mutating func add(_ name: String, checksum: UInt32, byteCount: Int) -> [UInt8] {
    let isLarge = byteCount >= sizeLimit
    let isFar = offset >= sizeLimit
    let sizes = isLarge ? [byteCount, byteCount] : []
    var local = number(0x0403_4B50, 4)
    local += common(name, checksum, byteCount, isLarge: isLarge, long: sizes)
    local += Array(name.utf8) + extraField(sizes)
    let long = sizes + (isFar ? [offset] : [])
    central += number(0x0201_4B50, 4) + number(long.isEmpty ? 20 : 45, 2)
    central += common(name, checksum, byteCount, isLarge: isLarge, long: long)
    // No comment, the first disk, and attributes: nothing inside, a file that its owner may write.
    central += number(0, 2) + number(0, 2) + number(0, 2) + number(0o100644 << 16, 4)
    central += number(isFar ? 0xFFFF_FFFF : offset, 4) + Array(name.utf8) + extraField(long)
    count += 1
    offset += local.count + byteCount
    return local
  }

  /// What comes after the last entry.
  func directory() -> [UInt8] {
    let isLong = offset >= sizeLimit || central.count >= sizeLimit || count >= 0xFFFF
    var end: [UInt8] = []
    if isLong {
      end += number(0x0606_4B50, 4) + number(ZipEndRecord.zip64ByteCount - 12, 8)
      // Versions; both disks.
      end += number(45, 2) + number(45, 2) + number(0, 4) + number(0, 4)
      end += number(count, 8) + number(count, 8) + number(central.count, 8) + number(offset, 8)
      end += number(0x0706_4B50, 4) + number(0, 4) + number(offset + central.count, 8)
      end += number(1, 4)
    }
    end += number(0x0605_4B50, 4) + number(0, 2) + number(0, 2)
    for _ in 0..<2 { end += number(min(count, 0xFFFF), 2) }
    for size in [central.count, offset] {
      end += number(size >= sizeLimit ? 0xFFFF_FFFF : size, 4)
    }
    return central + end + number(0, 2)
  }

  /// What both headers have from the version on that a reader needs.
  private func common(
    _ name: String, _ checksum: UInt32, _ byteCount: Int, isLarge: Bool, long: [Int]
  ) -> [UInt8] {
    let isASCII = name.utf8.allSatisfy { $0 < 0x80 }
    let size = isLarge ? 0xFFFF_FFFF : byteCount
    var bytes = number(long.isEmpty ? 20 : 45, 2)
    // The mark of UTF-8; stored.
    bytes += number(isASCII ? 0 : 0x0800, 2) + number(0, 2)
    // Midnight of 1 January 1980, so that the same arrays give the same bytes.
    bytes += number(0, 2) + number(0x0021, 2)
    bytes += number(Int(checksum), 4) + number(size, 4) + number(size, 4)
    bytes += number(name.utf8.count, 2) + number(extraField(long).count, 2)
    return bytes
  }

  private func extraField(_ long: [Int]) -> [UInt8] {
    if long.isEmpty { return [] }
    return number(0x0001, 2) + number(8 * long.count, 2) + long.flatMap { number($0, 8) }
  }

  private func number(_ value: Int, _ byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
