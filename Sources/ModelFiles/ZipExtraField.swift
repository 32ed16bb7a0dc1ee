/// The extra field of a header, for the 64-bit sizes in it.
struct ZipExtraField {
  private static let zip64: UInt16 = 0x0001
  private var isLong: ArraySlice<Bool>
  private var values: ArraySlice<UInt64> = []

  /// - Parameters:
  ///   - isLong: for each number that can be here, in order, whether the header says that it is. The fourth is
  ///     a disk, of 4 bytes.
  init(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, isLong: [Bool], file: String,
    entry: String
  ) throws(ZipError) {
    func failure(_ problem: ZipError.Problem) -> ZipError {
      ZipError(file: file, entry: entry, problem: problem)
    }
    self.isLong = isLong[...]
    var found: Range<Int>?
    var offset = range.lowerBound
    while offset < range.upperBound {
      let header = offset + 4
      if header > range.upperBound {
        throw failure(.outside(.extraField, range: "\(offset)..<\(header)", available: range))
      }
      let end = header + Int(bytes.number(at: offset + 2, as: UInt16.self))
      if end > range.upperBound {
        throw failure(.outside(.extraField, range: "\(offset)..<\(end)", available: range))
      }
      if bytes.number(at: offset, as: UInt16.self) == Self.zip64 {
        if found != nil {
          throw failure(.field("the number of zip64 fields", expected: "at most 1", found: "2"))
        }
        found = header..<end
      }
      offset = end
    }
    let sizes = isLong.enumerated().filter(\.element).map { $0.offset == 3 ? 4 : 8 }
    let needed = sizes.reduce(0, +)
    guard needed > 0 else { return }
    guard let found, found.count >= needed else {
      throw failure(
        .field(
          "the zip64 field's size", expected: "at least \(needed)", found: "\(found?.count ?? 0)"))
    }
    var place = found.lowerBound
    for size in sizes {
      values.append(
        size == 4
          ? UInt64(bytes.number(at: place, as: UInt32.self))
          : bytes.number(at: place, as: UInt64.self))
      place += size
    }
  }

  /// The next number: the one here if there is one, else the header's.
  mutating func next(instead value: UInt64) -> UInt64 {
    isLong.removeFirst() ? values.removeFirst() : value
  }
}
