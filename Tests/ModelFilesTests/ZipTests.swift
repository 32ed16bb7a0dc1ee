import Tensors
import TestSupport
import Testing

@testable import ModelFiles

/// A file of two stored arrays of one float, whose bytes are changed here and there.
struct ZipSample {
  var bytes: [UInt8]
  /// Where the parts begin. The names have 5 bytes, so the local headers 35 and the central ones 51.
  static let locals = [0, 167]
  static let centrals = [334, 385]
  static let end = 436

  init() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/two.npz"
    try NumPyArchive.write(
      [("a", NumPyArray(Tensor([1]))), ("b", NumPyArray(Tensor([2])))], to: path)
    bytes = try contents(of: path)
    for (offset, mark) in [
      (Self.locals[1], 0x03), (Self.centrals[0], 0x01), (Self.centrals[1], 0x01), (Self.end, 0x05),
    ] as [(Int, UInt8)] {
      try #require(bytes[offset..<offset + 3].elementsEqual([0x50, 0x4B, mark]))
    }
  }

  mutating func set(_ offset: Int, _ value: Int, _ count: Int = 2) {
    for index in 0..<count {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
  }

  func open(limits: ZipLimits = .init()) throws -> NumPyArchive {
    let archive = try NumPyArchive(bytes: bytes, name: "x", limits: limits)
    for name in archive.names { _ = try archive.tensor(named: name) }
    return archive
  }
}

/// Every rule of zip files, broken.
struct ZipTests {
  typealias Problem = ZipError.Problem

  private func expect(
    _ sample: ZipSample, limits: ZipLimits = .init(), entry: String? = nil, _ problem: Problem,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let error = try #require(throws: ZipError.self, sourceLocation: sourceLocation) {
      try sample.open(limits: limits)
    }
    #expect(
      error == ZipError(file: "x", entry: entry, problem: problem), sourceLocation: sourceLocation)
    #expect(error.description.hasPrefix("x: "), sourceLocation: sourceLocation)
  }

  private func expect(
    _ changes: [(offset: Int, value: Int, count: Int)], entry: String? = nil, _ problem: Problem,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var sample = try ZipSample()
    for change in changes { sample.set(change.offset, change.value, change.count) }
    try expect(sample, entry: entry, problem, sourceLocation: sourceLocation)
  }

  @Test func theSampleIsRight() throws {
    #expect(try ZipSample().open().names == ["a", "b"])
  }

  @Test func centralHeadersAreChecked() throws {
    let (a, b) = (ZipSample.centrals[0], ZipSample.centrals[1])
    try expect(
      [(b, 0, 4)],
      .signature(of: .centralHeader, offset: b, expected: 0x0201_4B50, found: 0))
    for flag in [0x0001, 0x0020, 0x0040, 0x2000] {
      try expect([(a + 8, flag, 2)], entry: "a.npy", .unsupportedFlags(UInt16(flag)))
    }
    for method in [1, 9, 12, 93, 99] {
      try expect([(a + 10, method, 2)], entry: "a.npy", .unsupportedMethod(UInt16(method)))
    }
    try expect([(b + 34, 1, 2)], entry: "b.npy", .field("the disk", expected: "0", found: "1"))
    try expect([(b + 46, 0x61, 1)], entry: "a.npy", .duplicateName)
    try expect([(b + 46, 0, 1)], .name(bytes: [0] + Array(".npy".utf8)))
    try expect([(b + 46, 0xE4, 1)], .name(bytes: [0xE4] + Array(".npy".utf8)))
    // Marked as UTF-8, and not.
    try expect([(b + 8, 0x0800, 2), (b + 46, 0xE4, 1)], .name(bytes: [0xE4] + Array(".npy".utf8)))
    // Stored data have one size; the other is outside the file.
    try expect(
      [(a + 24, 131, 4)], entry: "a.npy",
      .field("the size of stored data", expected: "132", found: "131"))
    try expect(
      [(a + 20, 335, 4)], entry: "a.npy",
      .outside(.data, range: "0 with 335 bytes", available: 0..<334))
    try expect(
      [(a + 42, 335, 4)], entry: "a.npy",
      .outside(.data, range: "335 with 132 bytes", available: 0..<334))
    // A name that goes into the next part.
    try expect(
      [(b + 28, 6, 2)], .outside(.centralHeader, range: "385..<437", available: 334..<436))
    try expect([(b + 30, 1, 2)], .outside(.centralHeader, range: "385..<437", available: 334..<436))
    try expect([(b + 32, 1, 2)], .outside(.centralHeader, range: "385..<437", available: 334..<436))
  }

  @Test func localHeadersAreChecked() throws {
    let (a, b) = (ZipSample.locals[0], ZipSample.locals[1])
    try expect(
      [(b, 0, 4)], entry: "b.npy",
      .signature(of: .localHeader, offset: b, expected: 0x0403_4B50, found: 0))
    func differs(_ field: String, _ expected: String, _ found: String) -> Problem {
      .field("\(field) in the local header", expected: expected, found: found)
    }
    try expect([(a + 6, 0x0800, 2)], entry: "a.npy", differs("the flags", "0", "2048"))
    try expect([(a + 8, 8, 2)], entry: "a.npy", differs("the method", "0", "8"))
    try expect([(a + 18, 133, 4)], entry: "a.npy", differs("the compressed size", "132", "133"))
    try expect([(a + 22, 0, 4)], entry: "a.npy", differs("the size", "132", "0"))
    let sample = try ZipSample()
    let checksum = sample.bytes.withUnsafeBytes { $0.number(at: a + 14, as: UInt32.self) }
    try expect([(a + 14, 7, 4)], entry: "a.npy", differs("the checksum", "\(checksum)", "7"))
    try expect(
      [(a + 30, 0x62, 1)], entry: "a.npy",
      differs("the name", "\(Array("a.npy".utf8))", "\(Array("b.npy".utf8))"))
    try expect(
      [(b + 28, 1, 2)], entry: "b.npy",
      .outside(.data, range: "203..<335", available: 0..<334))
    try expect(
      [(b + 26, 0xFFFF, 2)], entry: "b.npy",
      .outside(.localHeader, range: "167..<65732", available: 0..<334))
    // Sizes may be 0 where they follow the data, and nowhere else.
    var streamed = sample
    for offset in [a + 6, ZipSample.centrals[0] + 8] { streamed.set(offset, 8) }
    for offset in [a + 14, a + 18, a + 22] { streamed.set(offset, 0, 4) }
    #expect(try streamed.open().names == ["a", "b"])
    streamed.set(a + 22, 1, 4)
    try expect(streamed, entry: "a.npy", differs("the size", "132", "1"))
  }

  @Test func bytesBelongToOneEntry() throws {
    // The second entry's header stands in the data of the first.
    var sample = try ZipSample()
    let header = sample.bytes[ZipSample.locals[1]..<ZipSample.locals[1] + 35]
    sample.bytes.replaceSubrange(60..<95, with: header)
    sample.set(ZipSample.centrals[1] + 42, 60, 4)
    try expect(sample, entry: "b.npy", .overlap(with: "a.npy"))
    // Both are one.
    sample = try ZipSample()
    sample.set(ZipSample.centrals[1] + 42, 0, 4)
    try expect(
      sample, entry: "b.npy",
      .field(
        "the name in the local header", expected: "\(Array("b.npy".utf8))",
        found: "\(Array("a.npy".utf8))"))
  }

  @Test func endRecordsAreChecked() throws {
    let end = ZipSample.end
    for place in [4, 6] {
      let field = place == 4 ? "the disk" : "the central directory's disk"
      try expect([(end + place, 1, 2)], .field(field, expected: "0", found: "1"))
    }
    try expect(
      [(end + 8, 1, 2)],
      .field("the number of entries on this disk", expected: "2", found: "1"))
    try expect(
      [(end + 8, 1, 2), (end + 10, 1, 2)],
      .field("the central directory's size", expected: "51", found: "102"))
    try expect(
      [(end + 8, 3, 2), (end + 10, 3, 2)],
      .outside(.centralHeader, range: "436..<482", available: 334..<436))
    try expect(
      [(end + 12, 101, 4)],
      .outside(.centralDirectory, range: "334 with 101 bytes", available: 0..<436))
    try expect(
      [(end + 16, 335, 4)],
      .outside(.centralDirectory, range: "335 with 102 bytes", available: 0..<436))
    try expect([(end + 20, 1, 2)], .noEndRecord(byteCount: 458))
    // A comment is no harm, and something before the first entry neither as long as the offsets are right.
    var sample = try ZipSample()
    sample.bytes += Array("end".utf8)
    sample.set(end + 20, 3)
    #expect(try sample.open().names == ["a", "b"])
    sample = try ZipSample()
    sample.bytes.insert(0, at: 0)
    try expect(
      sample, .outside(.centralDirectory, range: "334 with 102 bytes", available: 0..<437))
  }

  @Test func everyTruncationIsAnError() throws {
    let whole = try ZipSample().bytes
    for count in whole.indices {
      #expect(throws: ZipError.self, "\(count) bytes") {
        try NumPyArchive(bytes: Array(whole[..<count]), name: "x")
      }
    }
    #expect(throws: ZipError.self) { try NumPyArchive(bytes: whole + [0], name: "x") }
  }

  @Test func everyDamagedByteOfDataIsNoticed() throws {
    let sample = try ZipSample()
    for offset in Array(35..<167) + Array(202..<334) {
      var damaged = sample
      damaged.bytes[offset] ^= 0x10
      let error = try #require(throws: ZipError.self) { try damaged.open() }
      #expect(error.entry == (offset < 167 ? "a.npy" : "b.npy"))
      guard case .checksum = error.problem else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test func numbersOf64BitsAreChecked() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/long.npz"
    try NumPyArchive.write(
      [("a", NumPyArray(Tensor([1]))), ("b", NumPyArray(Tensor([2])))], to: path, sizeLimit: 100)
    var sample = try ZipSample()
    sample.bytes = try contents(of: path)
    #expect(try sample.open().names == ["a", "b"])
    let whole = sample.bytes
    let (end, locator) = (whole.count - 22, whole.count - 42)
    let record = locator - 56
    // Headers with extra fields: 35 + 20 locally; 51 + 20, and 51 + 28 with an offset.
    let central = record - 71 - 79
    for (offset, value, count, entry, problem) in [
      (
        locator + 4, 1, 4, nil,
        .field(
          "the zip64 record's disk and their number", expected: "0 and 1", found: "1 and 1")
      ),
      (
        locator + 8, record + 1, 8, nil,
        .outside(
          .zip64EndRecord, range: "\(record + 1)", available: 0..<locator)
      ),
      (
        locator + 8, -1, 8, nil,
        .outside(
          .zip64EndRecord, range: "\(UInt64.max)", available: 0..<locator)
      ),
      (
        locator + 8, record - 1, 8, nil,
        .signature(
          of: .zip64EndRecord, offset: record - 1, expected: 0x0606_4B50, found: 0x064B_5000)
      ),
      (record + 4, 45, 8, nil, .field("the zip64 record's size", expected: "44", found: "45")),
      (
        record + 24, 3, 8, nil,
        .field(
          "the number of entries on this disk in both end records", expected: "3", found: "2")
      ),
      (
        record + 32, 3, 8, nil,
        .field(
          "the number of entries in both end records", expected: "3", found: "2")
      ),
      (
        record + 40, -1, 8, nil,
        .outside(
          .centralDirectory, range: "\(central) with \(UInt64.max) bytes", available: 0..<record)
      ),
      (
        end + 10, 1, 2, nil,
        .field(
          "the number of entries in both end records", expected: "2", found: "1")
      ),
      // Without the locator its numbers are taken as they stand.
      (
        locator, 0, 4, nil,
        .outside(
          .centralDirectory, range: "4294967295 with 4294967295 bytes", available: 0..<end)
      ),
      (
        central + 51 + 2, 15, 2, "a.npy",
        .outside(
          .extraField, range: "\(central + 70)..<\(central + 74)",
          available: central + 51..<central + 71)
      ),
      (
        central + 51 + 2, 17, 2, "a.npy",
        .outside(
          .extraField, range: "\(central + 51)..<\(central + 72)",
          available: central + 51..<central + 71)
      ),
      (
        central + 51, 2, 2, "a.npy",
        .field(
          "the zip64 field's size", expected: "at least 16", found: "0")
      ),
      (central + 51 + 4, -1, 8, "a.npy", .tooLarge(byteCount: .max, limit: 1 << 32)),
      (
        central + 51 + 12, -1, 8, "a.npy",
        .outside(
          .data, range: "0 with \(UInt64.max) bytes", available: 0..<central)
      ),
    ] as [(Int, Int, Int, String?, Problem)] {
      sample.bytes = whole
      sample.set(offset, value, count)
      try expect(sample, entry: entry, problem)
    }
  }

  @Test func limitsAreKept() throws {
    let sample = try ZipSample()
    var limits = ZipLimits(entryCount: 2, entryByteCount: 132, totalByteCount: 264)
    #expect(try sample.open(limits: limits).names.count == 2)
    limits.entryCount = 1
    try expect(sample, limits: limits, .tooManyEntries(found: 2, limit: 1))
    limits = ZipLimits(entryByteCount: 131)
    try expect(sample, limits: limits, entry: "a.npy", .tooLarge(byteCount: 132, limit: 131))
    limits = ZipLimits(totalByteCount: 263)
    try expect(sample, limits: limits, entry: "b.npy", .tooLarge(byteCount: 264, limit: 263))
  }

  /// Sizes that are more than deflate can do, and sizes that are not what comes out.
  @Test func bombsAreRefused() throws {
    // Deflated by hand: one stored block with what was there before.
    func sample(size: Int, block: [UInt8] = [1, 132, 0, 0x7B, 0xFF]) throws -> ZipSample {
      var sample = try ZipSample()
      sample.bytes.insert(contentsOf: block, at: 35)
      let central = ZipSample.centrals[0] + block.count
      for (offset, value, count) in [
        (8, 8, 2), (18, 132 + block.count, 4), (22, size, 4), (central + 10, 8, 2),
        (central + 20, 132 + block.count, 4), (central + 24, size, 4),
        (central + 51 + 42, ZipSample.locals[1] + block.count, 4),
        (ZipSample.end + block.count + 16, central, 4),
      ] { sample.set(offset, value, count) }
      return sample
    }
    #expect(try sample(size: 132).open().names == ["a", "b"])
    try expect(
      sample(size: 137 * 1032 + 1), entry: "a.npy",
      .impossibleSize(byteCount: 137 * 1032 + 1, compressedByteCount: 137))
    try expect(
      sample(size: 137 * 1032), entry: "a.npy",
      .deflate("expected \(137 * 1032) bytes, found 132"))
    try expect(
      sample(size: 131), entry: "a.npy", .deflate("expected 131 bytes, found more"))
    try expect(
      sample(size: 132, block: [0, 132, 0, 0x7B, 0xFF]), entry: "a.npy",
      .deflate("they end inside a block"))
    try expect(
      sample(size: 1 << 32 - 2), entry: "a.npy",
      .impossibleSize(byteCount: 1 << 32 - 2, compressedByteCount: 137))
  }

  @Test func whatIsNoArrayIsRefused() throws {
    var sample = try ZipSample()
    for offset in [ZipSample.locals[1] + 31, ZipSample.centrals[1] + 47] {
      sample.set(offset, 0x2F, 1)
    }
    let error = try #require(throws: NumPyError.self) { try sample.open() }
    #expect(error == NumPyError(file: "x", array: "b/npy", problem: .notAnArray))
  }
}
