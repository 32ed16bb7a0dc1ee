/// The central directory of a zip file, checked, and where the data of its entries are.
struct ZipDirectory {
  private(set) var entries: [ZipEntry] = []
  private let bytes: UnsafeRawBufferPointer
  private let file: String
  private let limits: ZipLimits
  private let end: ZipEndRecord

  private static let centralHeaderByteCount = 46
  private static let localHeaderByteCount = 30
  /// Options of deflate, a data descriptor, a name in UTF-8.
  private static let knownFlags: UInt16 = 0x080E
  private static let utf8Flag: UInt16 = 0x0800

  /// - Parameter bytes: the whole file.
  init(_ bytes: UnsafeRawBufferPointer, file: String, limits: ZipLimits) throws(ZipError) {
    self.bytes = bytes
    self.file = file
    self.limits = limits
    end = try ZipEndRecord(bytes, file: file)
    if end.entryCount > limits.entryCount {
      throw ZipError(
        file: file, problem: .tooManyEntries(found: end.entryCount, limit: limits.entryCount))
    }
    var names: Set<[UInt8]> = []
    var total = 0
    var offset = end.directory.lowerBound
    for _ in 0..<end.entryCount {
      let entry = try readCentralHeader(&offset)
      if !names.insert(entry.nameBytes).inserted {
        throw ZipError(file: file, entry: entry.name, problem: .duplicateName)
      }
      if entry.byteCount > limits.totalByteCount - total {
        throw ZipError(
          file: file, entry: entry.name,
          problem: .tooLarge(
            byteCount: UInt64(total) + UInt64(entry.byteCount), limit: limits.totalByteCount))
      }
      total += entry.byteCount
      entries.append(entry)
    }
    if offset != end.directory.upperBound {
      throw ZipError(
        file: file,
        problem: .field(
          "the central directory's size", expected: "\(offset - end.directory.lowerBound)",
          found: "\(end.directory.count)"))
    }
  }

  private mutating func readCentralHeader(_ offset: inout Int) throws(ZipError) -> ZipEntry {
    try require(
      .centralHeader, offset..<offset + Self.centralHeaderByteCount, in: end.directory, entry: nil)
    try requireSignature(0x0201_4B50, of: .centralHeader, at: offset, entry: nil)
    func short(_ place: Int) -> UInt16 { bytes.number(at: offset + place, as: UInt16.self) }
    func long(_ place: Int) -> UInt32 { bytes.number(at: offset + place, as: UInt32.self) }
    let nameStart = offset + Self.centralHeaderByteCount
    let nameEnd = nameStart + Int(short(28))
    let extraEnd = nameEnd + Int(short(30))
    let next = extraEnd + Int(short(32))
    try require(.centralHeader, offset..<next, in: end.directory, entry: nil)
    let nameBytes = Array(bytes[nameStart..<nameEnd])
    let flags = short(8)
    let name = try decodedName(nameBytes, flags: flags)
    func failure(_ problem: ZipError.Problem) -> ZipError {
      ZipError(file: file, entry: name, problem: problem)
    }
    if flags & ~Self.knownFlags != 0 { throw failure(.unsupportedFlags(flags)) }
    guard let method = ZipEntry.Method(rawValue: short(10)) else {
      throw failure(.unsupportedMethod(short(10)))
    }
    var extra = try ZipExtraField(
      bytes, nameEnd..<extraEnd,
      isLong: [
        long(24) == .max, long(20) == .max, long(42) == .max, short(34) == .max,
      ], file: file, entry: name)
    let byteCount = extra.next(instead: UInt64(long(24)))
    let compressedByteCount = extra.next(instead: UInt64(long(20)))
    let localHeaderOffset = extra.next(instead: UInt64(long(42)))
    let disk = extra.next(instead: UInt64(short(34)))
    if disk != 0 { throw failure(.field("the disk", expected: "0", found: "\(disk)")) }
    if byteCount > UInt64(limits.entryByteCount) {
      throw failure(.tooLarge(byteCount: byteCount, limit: limits.entryByteCount))
    }
    // All of it lies before the directory; where exactly is known from the local header.
    let available = UInt64(end.directory.lowerBound)
    let isInside =
      localHeaderOffset <= available && compressedByteCount <= available - localHeaderOffset
    if !isInside {
      throw failure(
        .outside(
          .data, range: "\(localHeaderOffset) with \(compressedByteCount) bytes",
          available: 0..<end.directory.lowerBound))
    }
    let entry = ZipEntry(
      name: name, nameBytes: nameBytes, flags: flags, method: method, checksum: long(16),
      compressedByteCount: Int(compressedByteCount), byteCount: Int(byteCount),
      localHeaderOffset: Int(localHeaderOffset))
    try checkSizes(entry)
    offset = next
    return entry
  }

  private func checkSizes(_ entry: ZipEntry) throws(ZipError) {
    func failure(_ problem: ZipError.Problem) -> ZipError {
      ZipError(file: file, entry: entry.name, problem: problem)
    }
    switch entry.method {
    case .stored:
      if entry.byteCount != entry.compressedByteCount {
        throw failure(
          .field(
            "the size of stored data", expected: "\(entry.compressedByteCount)",
            found: "\(entry.byteCount)"))
      }
    case .deflate:
      // Compressed bytes are inside the file, so the product is far from overflowing.
      if entry.byteCount > entry.compressedByteCount * ZipArchive.largestRatio {
        throw failure(
          .impossibleSize(
            byteCount: entry.byteCount, compressedByteCount: entry.compressedByteCount))
      }
    }
  }

  /// Reads the local headers, compares them with the central directory, and makes sure that no bytes belong to
  /// two entries.
  mutating func locateData() throws(ZipError) {
    for index in entries.indices { entries[index].data = try data(of: entries[index]) }
    let inOrder = entries.sorted { $0.localHeaderOffset < $1.localHeaderOffset }
    for (entry, next) in zip(inOrder, inOrder.dropFirst())
    where next.localHeaderOffset < entry.data.upperBound {
      throw ZipError(file: file, entry: next.name, problem: .overlap(with: entry.name))
    }
  }

  private func data(of entry: ZipEntry) throws(ZipError) -> Range<Int> {
    let offset = entry.localHeaderOffset
    let available = 0..<end.directory.lowerBound
    try require(
      .localHeader, offset..<offset + Self.localHeaderByteCount, in: available, entry: entry.name)
    try requireSignature(0x0403_4B50, of: .localHeader, at: offset, entry: entry.name)
    func short(_ place: Int) -> UInt16 { bytes.number(at: offset + place, as: UInt16.self) }
    func long(_ place: Int) -> UInt32 { bytes.number(at: offset + place, as: UInt32.self) }
    let nameStart = offset + Self.localHeaderByteCount
    let nameEnd = nameStart + Int(short(26))
    let start = nameEnd + Int(short(28))
    let range = start..<start + entry.compressedByteCount
    try require(.localHeader, offset..<start, in: available, entry: entry.name)
    try require(.data, range, in: available, entry: entry.name)

    func requireEqual(_ field: String, _ expected: String, _ found: String) throws(ZipError) {
      if expected != found {
        throw ZipError(
          file: file, entry: entry.name,
          problem: .field("\(field) in the local header", expected: expected, found: found))
      }
    }
    if !bytes[nameStart..<nameEnd].elementsEqual(entry.nameBytes) {
      try requireEqual(
        "the name", "\(entry.nameBytes)", "\(Array(bytes[nameStart..<nameEnd].prefix(64)))")
    }
    try requireEqual("the flags", "\(entry.flags)", "\(short(6))")
    try requireEqual("the method", "\(entry.method.rawValue)", "\(short(8))")
    var extra = try ZipExtraField(
      bytes, nameEnd..<start, isLong: [long(22) == .max, long(18) == .max],
      file: file, entry: entry.name)
    let byteCount = extra.next(instead: UInt64(long(22)))
    let compressedByteCount = extra.next(instead: UInt64(long(18)))
    // With a data descriptor these need not be known yet, and are 0.
    func requireEqual(_ field: String, _ expected: UInt64, _ found: UInt64) throws(ZipError) {
      if entry.hasDataDescriptor && found == 0 { return }
      try requireEqual(field, "\(expected)", "\(found)")
    }
    try requireEqual("the checksum", UInt64(entry.checksum), UInt64(long(14)))
    try requireEqual("the compressed size", UInt64(entry.compressedByteCount), compressedByteCount)
    try requireEqual("the size", UInt64(entry.byteCount), byteCount)
    return range
  }

  private func decodedName(_ name: [UInt8], flags: UInt16) throws(ZipError) -> String {
    let text = String(decoding: name, as: UTF8.self)
    let isKnown = flags & Self.utf8Flag != 0 || name.allSatisfy { $0 < 0x80 }
    // Decoding repairs what is invalid, which changes it.
    if name.isEmpty || name.contains(0) || !isKnown || !text.utf8.elementsEqual(name) {
      throw ZipError(file: file, problem: .name(bytes: name))
    }
    return text
  }

  private func require(
    _ part: ZipError.Part, _ range: Range<Int>, in available: Range<Int>, entry: String?
  ) throws(ZipError) {
    if range.lowerBound < available.lowerBound || range.upperBound > available.upperBound {
      throw ZipError(
        file: file, entry: entry,
        problem: .outside(part, range: "\(range)", available: available))
    }
  }

  private func requireSignature(
    _ expected: UInt32, of part: ZipError.Part, at offset: Int, entry: String?
  ) throws(ZipError) {
    let found = bytes.number(at: offset, as: UInt32.self)
    if found != expected {
      throw ZipError(
        file: file, entry: entry,
        problem: .signature(of: part, offset: offset, expected: expected, found: found))
    }
  }
}
