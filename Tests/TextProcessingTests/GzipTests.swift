import Foundation
import TestSupport
import Testing
import TextProcessing

#if canImport(Glibc)
  import Glibc
#endif

struct GzipTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The bytes as gzip's format wraps them without compressing them: blocks of at most 65,535 bytes.
  static func wrapped(_ bytes: [UInt8]) -> [UInt8] {
    func littleEndian(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var crc: UInt32 = ~0
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var start = 0
    repeat {
      let count = min(65_535, bytes.count - start)
      file.append(start + count == bytes.count ? 1 : 0)
      file += littleEndian(count, 2) + littleEndian(~count, 2) + bytes[start..<start + count]
      start += count
    } while start < bytes.count
    return file + littleEndian(Int(~crc), 4) + littleEndian(bytes.count, 4)
  }

  @Test(arguments: ["", "\n", "a", "a\tb\nß\t👩\n", "\u{FEFF}a\r\nb"])
  func compressedFilesReadAsOthers(_ text: String) throws {
    let plain = try folder.file("plain", text)
    let compressed = try folder.file("any name", bytes: Self.wrapped(Array(text.utf8)))
    #expect(try TextFile.lines(of: compressed) == TextFile.lines(of: plain))
  }

  /// More than any pipe holds, and several compressed files in one.
  @Test func muchIsReadToTheEnd() throws {
    let lines = (0..<20_000).map { "line \($0) ä" }
    let halves = [lines[..<10_000], lines[10_000...]].map { half in
      Self.wrapped(Array((half.joined(separator: "\n") + "\n").utf8))
    }
    let path = try folder.file("two.gz", bytes: halves[0] + halves[1])
    #expect(try TextFile.lines(of: path) == lines)
  }

  @Test func pairsCanBeCompressed() throws {
    let source = try folder.file("a.gz", bytes: Self.wrapped(Array("one\ntwo\n".utf8)))
    let target = try folder.file("b", "eins\nzwei\n")
    let expected = [
      TextPair(source: "one", target: "eins"), TextPair(source: "two", target: "zwei"),
    ]
    #expect(try ParallelCorpus(source: source, target: target).pairs == expected)
    let tsv = try folder.file("c.gz", bytes: Self.wrapped(Array("one\teins\ntwo\tzwei\n".utf8)))
    #expect(try ParallelCorpus(tsv: tsv).pairs == expected)
    #expect(try ShardedCorpus([.tsv(tsv)]).allPairs() == expected)
  }

  @Test func damageIsNamed() throws {
    let whole = Self.wrapped(Array("some text\n".utf8))
    func message(_ bytes: [UInt8]) throws -> String {
      let path = try folder.file("damaged", bytes: bytes)
      let error = try #require(throws: TextFileError.self) { try TextFile.lines(of: path) }
      guard case .damagedGzip = error.problem else {
        Issue.record("\(error)")
        return ""
      }
      #expect(error.description.hasPrefix("\(path): cannot decompress: "))
      return error.description
    }
    #expect(try message(Array(whole.dropLast(3))).contains("unexpected end of file"))
    #expect(try message([0x1F, 0x8B]).contains("unexpected end of file"))
    var changed = whole
    changed[18] ^= 1
    #expect(try message(changed).contains("crc error"))
    #expect(try message(whole + Array("and more".utf8)).contains("garbage"))
  }

  /// Errors are about the text, not about the compressed bytes.
  @Test func linesOfCompressedTextAreNamed() throws {
    let path = try folder.file("a.gz", bytes: Self.wrapped([0x61, 0x0A, 0x62, 0xFF]))
    #expect(throws: TextFileError(file: path, line: 2, problem: .invalidUTF8(byte: 2))) {
      try TextFile.lines(of: path)
    }
  }

  #if os(Linux)
    @Test func aMissingProgramIsNamed() async throws {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        setenv("PATH", "/nowhere", 1)
        let folder = try TemporaryFolder()
        let path = try folder.file("a.gz", bytes: [0x1F, 0x8B, 8])
        do {
          _ = try TextFile.lines(of: path)
        } catch {
          fatalError("\(error)")
        }
      }
      expectMessage(
        result, naming: ["a.gz: is compressed", "gzip cannot be started: No such file"])
    }

    /// As `cat file | program`: standard input has no size.
    @Test(arguments: [false, true])
    func standardInputCanBeAPipe(_ isCompressed: Bool) async throws {
      await #expect(processExitsWith: .exitCode(7)) { [isCompressed] in
        let text = Array("one\teins\n\ntwo\tzwei\n".utf8)
        let bytes = isCompressed ? GzipTests.wrapped(text) : text
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data(bytes))
        try pipe.fileHandleForWriting.close()
        dup2(pipe.fileHandleForReading.fileDescriptor, 0)
        let corpus = try ParallelCorpus(tsv: "-")
        let isRight = corpus.pairs.map(\.target) == ["eins", "zwei"]
        // A file goes on from where it has been read to.
        let folder = try TemporaryFolder()
        let file = open(try folder.file("text", "read\nto be read\n"), O_RDONLY)
        lseek(file, 5, SEEK_SET)
        dup2(file, 0)
        if try TextFile.lines(of: "-") != ["to be read"] { exit(8) }
        if isRight && corpus.place(of: 1)?.description == "standard input:3" { exit(7) }
      }
    }
  #endif
}
