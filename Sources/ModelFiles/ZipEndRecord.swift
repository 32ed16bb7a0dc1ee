/// What the end of a zip file says about the whole of it.
struct ZipEndRecord {
  let entryCount: UInt64
  /// The central directory's place in the file.
  let directory: Range<Int>

  static let signature: UInt32 = 0x0605_4B50
  static let zip64Signature: UInt32 = 0x0606_4B50
  static let locatorSignature: UInt32 = 0x0706_4B50
  static let byteCount = 22
  static let zip64ByteCount = 56
  static let locatorByteCount = 20

  init(_ bytes: UnsafeRawBufferPointer, file: String) throws(ZipError) {
    func failure(_ problem: ZipError.Problem) -> ZipError {
      ZipError(file: file, problem: problem)
    }
    func requireEqual(_ field: String, _ expected: UInt64, _ found: UInt64) throws(ZipError) {
      if expected != found {
        throw failure(.field(field, expected: "\(expected)", found: "\(found)"))
      }
    }
    guard let offset = Self.offset(in: bytes) else {
      throw failure(.noEndRecord(byteCount: bytes.count))
    }
    func short(_ place: Int) -> UInt64 {
      UInt64(bytes.number(at: offset + place, as: UInt16.self))
    }
    func long(_ place: Int) -> UInt64 {
      UInt64(bytes.number(at: offset + place, as: UInt32.self))
    }
    var numbers = (
      disk: short(4), directoryDisk: short(6), countHere: short(8), count: short(10),
      size: long(12), start: long(16)
    )
    var endOfDirectory = offset
    if let zip64 = try Self.zip64Offset(in: bytes, before: offset, file: file) {
      endOfDirectory = zip64
      // What fits into the short record stands there too, and must be the same.
      func merge(_ field: String, _ value: UInt64, limit: UInt64, _ long: UInt64) throws(ZipError)
        -> UInt64
      {
        if value != limit { try requireEqual(field + " in both end records", long, value) }
        return long
      }
      func long(_ place: Int) -> UInt64 { bytes.number(at: zip64 + place, as: UInt64.self) }
      func disk(_ place: Int) -> UInt64 {
        UInt64(bytes.number(at: zip64 + place, as: UInt32.self))
      }
      numbers.disk = try merge("the disk", numbers.disk, limit: 0xFFFF, disk(16))
      numbers.directoryDisk = try merge(
        "the central directory's disk", numbers.directoryDisk, limit: 0xFFFF, disk(20))
      numbers.countHere = try merge(
        "the number of entries on this disk", numbers.countHere, limit: 0xFFFF, long(24))
      numbers.count = try merge(
        "the number of entries", numbers.count, limit: 0xFFFF, long(32))
      numbers.size = try merge(
        "the central directory's size", numbers.size, limit: 0xFFFF_FFFF, long(40))
      numbers.start = try merge(
        "the central directory's offset", numbers.start, limit: 0xFFFF_FFFF, long(48))
    }
    try requireEqual("the disk", 0, numbers.disk)
    try requireEqual("the central directory's disk", 0, numbers.directoryDisk)
    try requireEqual("the number of entries on this disk", numbers.count, numbers.countHere)
    let (sum, isTooLarge) = numbers.start.addingReportingOverflow(numbers.size)
    // Right before the end record, so that offsets count from the beginning of the file.
    if isTooLarge || sum != UInt64(endOfDirectory) {
      throw failure(
        .outside(
          .centralDirectory, range: "\(numbers.start) with \(numbers.size) bytes",
          available: 0..<endOfDirectory))
    }
    entryCount = numbers.count
    directory = Int(numbers.start)..<endOfDirectory
  }

  /// The last record whose comment goes to the end of the file.
  private static func offset(in bytes: UnsafeRawBufferPointer) -> Int? {
    let last = bytes.count - byteCount
    if last < 0 { return nil }
    return (max(0, last - 0xFFFF)...last).last { offset in
      bytes.number(at: offset, as: UInt32.self) == signature
        && Int(bytes.number(at: offset + 20, as: UInt16.self)) == last - offset
    }
  }

  /// The record with 64-bit numbers; nil: there is none.
  private static func zip64Offset(
    in bytes: UnsafeRawBufferPointer, before offset: Int, file: String
  ) throws(ZipError) -> Int? {
    let locator = offset - locatorByteCount
    if locator < 0 || bytes.number(at: locator, as: UInt32.self) != locatorSignature { return nil }
    func failure(_ problem: ZipError.Problem) -> ZipError {
      ZipError(file: file, problem: problem)
    }
    let start = bytes.number(at: locator + 8, as: UInt64.self)
    let disks = (
      bytes.number(at: locator + 4, as: UInt32.self),
      bytes.number(at: locator + 16, as: UInt32.self)
    )
    if disks.0 != 0 || disks.1 > 1 {
      throw failure(
        .field(
          "the zip64 record's disk and their number", expected: "0 and 1",
          found: "\(disks.0) and \(disks.1)"))
    }
    // The record fills what is between the directory and the locator.
    guard locator >= zip64ByteCount, start <= UInt64(locator - zip64ByteCount) else {
      throw failure(
        .outside(.zip64EndRecord, range: "\(start)", available: 0..<locator))
    }
    let place = Int(start)
    let found = bytes.number(at: place, as: UInt32.self)
    if found != zip64Signature {
      throw failure(
        .signature(of: .zip64EndRecord, offset: place, expected: zip64Signature, found: found))
    }
    let size = bytes.number(at: place + 4, as: UInt64.self)
    if size != UInt64(locator - place - 12) {
      throw failure(
        .field(
          "the zip64 record's size", expected: "\(locator - place - 12)", found: "\(size)"))
    }
    return place
  }
}
