@testable import AttentionMaps
import Foundation
import ModelFiles
import TestSupport
import Testing

/// The program `gzip` decodes what the package encodes, and checks its checksum.
@Suite struct PNGTests {
  // The lines of the last are longer than repetitions may lie back.
  @Test(arguments: [
    (1, 1, 1), (1, 1, 18), (3, 5, 1), (7, 2, 13), (1, 200, 3), (17, 13, 9), (2, 11_000, 1),
  ])
  func pixelsHaveTheColorsOfTheirWeights(rows: Int, columns: Int, cell: Int) throws {
    let map = try sampleMap(
      queries: (0..<rows).map { "q\($0)" }, keys: (0..<columns).map { "k\($0)" })
    let style = AttentionMapStyle(largestWeight: 1, cellSize: cell)
    let picture = try Deflated(map.png(style: style))
    #expect(picture.width == columns * cell && picture.height == rows * cell)
    let stride = 1 + 3 * picture.width
    try #require(picture.lines.count == stride * picture.height)
    var wrong = 0
    for y in 0..<picture.height {
      if picture.lines[y * stride] != 0 { wrong += 1 }
      for x in 0..<picture.width {
        let color = ColorMap.viridis.color(at: map[y / cell, x / cell])
        let place = y * stride + 1 + 3 * x
        if Array(picture.lines[place..<place + 3]) != [color.red, color.green, color.blue] {
          wrong += 1
        }
      }
    }
    #expect(wrong == 0)
  }

  @Test func cellsAreFewBytes() throws {
    let map = try sampleMap(queries: english, keys: english)
    let bytes = try map.png().count
    #expect(bytes * 20 < 3 * 18 * 18 * 81)
  }

  /// Bytes without any pattern, with long runs, and with repetitions of all lengths.
  @Test(arguments: 0..<6) func deflateIsReadBack(kind: Int) throws {
    var generator = SystemRandomNumberGenerator()
    var bytes: [UInt8] = []
    switch kind {
    case 0: bytes = []
    case 1: bytes = [7]
    case 2: bytes = (0..<7000).map { _ in .random(in: 0...255, using: &generator) }
    case 3: bytes = [UInt8](repeating: 200, count: 20_000)
    case 4:
      for length in 1...300 {
        bytes += [UInt8](repeating: UInt8(length % 251), count: length)
      }
    default: bytes = (0..<256).map(UInt8.init) + (0..<36_000).map { UInt8($0 % 7 * ($0 / 16_000)) }
    }
    for distances in [[], [1], [3, 7], [32768, 40_000]] {
      let packed = Deflate.compressed(bytes, distances: distances)
      #expect(
        try inflated(packed, crc: bytes.withUnsafeBytes { CRC32.of($0) }, count: bytes.count)
          == bytes)
    }
  }

  @Test func checksumsOfKnownTexts() {
    // The check values of the catalogue of CRCs, and of RFC 1950's algorithm by hand.
    #expect(Array("123456789".utf8).withUnsafeBytes { CRC32.of($0) } == 0xCBF4_3926)
    #expect([UInt8]().withUnsafeBytes { CRC32.of($0) } == 0)
    #expect(Adler32.of([]) == 1)
    #expect(Adler32.of("Wikipedia".utf8) == 0x11E6_0398)
    // Long enough to wrap around: n times the same byte c gives 1 + n c and n + c n (n + 1) / 2.
    let (count, byte) = (5003, 251)
    let (a, b) = ((1 + count * byte) % 65521, (count + byte * count * (count + 1) / 2) % 65521)
    #expect(
      Adler32.of([UInt8](repeating: UInt8(byte), count: count)) == UInt32(b << 16 | a))
  }

  @Test func picturesOfNothingOrTooMuchAreRefused() throws {
    for (queries, keys, cell) in [
      ([], ["a"], 1), (["a"], [], 1), (["a"], ["b"], 1 << 20), (["a", "b"], ["c", "d"], .max),
    ] as [([String], [String], Int)] {
      let map = try sampleMap(queries: queries, keys: keys)
      #expect(throws: AttentionMapError.self) {
        try map.png(style: AttentionMapStyle(cellSize: cell))
      }
    }
    #expect(throws: AttentionMapError.self) { try AttentionMapSet([]).png() }
    // A cell is a pixel at least.
    let map = try sampleMap(queries: ["a"], keys: ["b", "c"])
    #expect(try Deflated(map.png(style: AttentionMapStyle(cellSize: -3))).width == 2)
  }

  @Test func aSetHasAllItsMaps() throws {
    let set = try sampleSet(source: english, target: japanese)
    let picture = try Deflated(set.png(panelSize: 33))
    // Cells of 3 pixels: three heads of 9, 11 and 9 columns; two layers of 9, 11 and 11 rows.
    #expect(picture.width == 3 * (33 + 6) - 6)
    #expect(picture.height == 2 * (27 + 6) + 2 * (33 + 6) + 2 * (33 + 6) + 2 * 6 - 6)
    // The last cell of each panel has its map's colour.
    var top = 0
    for kind in set.kinds {
      let maps = set.maps(of: kind)
      let (rows, columns) = (maps[0].queries.count, maps[0].keys.count)
      for layer in 0..<2 {
        for head in 0..<3 {
          let map = maps[3 * layer + head]
          let weight = map[rows - 1, columns - 1] / map.largestWeight
          let color = ColorMap.viridis.color(at: weight)
          let (x, y) = (head * (3 * columns + 6) + 3 * columns - 1, top + 3 * rows - 1)
          let place = y * (1 + 3 * picture.width) + 1 + 3 * x
          #expect(Array(picture.lines[place..<place + 3]) == [color.red, color.green, color.blue])
        }
        top += 3 * rows + 6
      }
      top += 6
    }
  }

  @Test func drawingsBecomePicturesWhereTheProgramIs() throws {
    let map = try sampleMap(queries: japanese, keys: hostileTokens)
    guard let bytes = try PictureConverter.png(fromSVG: map.svg(), scale: 1) else { return }
    #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    // As large as the drawing says.
    let width = Int(bytes[16..<20].reduce(0) { $0 << 8 | UInt32($1) })
    #expect(map.svg().contains("width=\"\(width)\""))
    #expect(throws: AttentionMapError.self) { try PictureConverter.png(fromSVG: "<svg") }
  }
}

/// A PNG file taken apart by another program than the one that wrote it.
private struct Deflated {
  let width: Int
  let height: Int
  let lines: [UInt8]

  init(_ file: [UInt8]) throws {
    try #require(file.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    var chunks: [(type: String, data: [UInt8])] = []
    var place = 8
    func word(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
    while place < file.count {
      let count = word(file[place..<place + 4])
      let body = Array(file[place + 4..<place + 8 + count])
      #expect(
        word(file[place + 8 + count..<place + 12 + count])
          == Int(body.withUnsafeBytes { CRC32.of($0) }))
      chunks.append((String(decoding: body.prefix(4), as: UTF8.self), Array(body.dropFirst(4))))
      place += 12 + count
    }
    try #require(chunks.map(\.type) == ["IHDR", "IDAT", "IEND"])
    let header = chunks[0].data
    width = word(header[0..<4])
    height = word(header[4..<8])
    #expect(header[8...] == [8, 2, 0, 0, 0])
    let data = chunks[1].data
    #expect(data[0] == 0x78 && (Int(data[0]) << 8 | Int(data[1])) % 31 == 0)
    let adler = UInt32(word(data.suffix(4)))
    // gzip needs the other checksum, which it gets of what it should find.
    let packed = Array(data[2..<data.count - 4])
    lines = try inflated(packed, crc: nil, count: height * (1 + 3 * width))
    #expect(Adler32.of(lines) == adler)
  }
}

/// What `gzip` makes of deflated bytes; with a checksum, it checks that as well.
private func inflated(_ packed: [UInt8], crc: UInt32?, count: Int) throws -> [UInt8] {
  func littleEndian(_ word: UInt32) -> [UInt8] { (0..<4).map { UInt8(word >> (8 * $0) & 0xFF) } }
  let file =
    [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + packed + littleEndian(crc ?? 0)
    + littleEndian(UInt32(count))
  let folder = try TemporaryFolder()
  let input = try folder.file("data.gz", bytes: file)
  let output = folder.path + "/data"
  _ = FileManager.default.createFile(atPath: output, contents: nil)
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["gzip", "-dc", input]
  process.standardOutput = FileHandle(forWritingAtPath: output)
  process.standardError = FileHandle.nullDevice
  try process.run()
  process.waitUntilExit()
  // Without the right checksum gzip writes everything and then complains.
  if crc != nil { #expect(process.terminationStatus == 0) }
  return try contents(of: output)
}
