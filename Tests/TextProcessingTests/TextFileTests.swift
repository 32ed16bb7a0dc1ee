import TestSupport
import Testing
import TextProcessing

struct TextFileTests {
  @Test(
    arguments: [
      ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]),
      ("a\r\nb\r\n", ["a", "b"]), ("\r\n\r\n", ["", ""]), ("\u{FEFF}a\n", ["a"]),
      ("a\rb\n", ["a\rb"]), ("a\u{2028}b\u{85}c\n", ["a\u{2028}b\u{85}c"]),
      ("\u{FFFD}\n", ["\u{FFFD}"]),
    ] as [(String, [String])])
  func linesEndWithLineFeeds(_ text: String, _ lines: [String]) throws {
    #expect(try TextFile.lines(in: Array(text.utf8), file: "t") == lines)
  }

  @Test(
    arguments: [
      ([0x61, 0x0A, 0x62, 0xFF], 2, 2),  // never valid
      ([0xC3, 0x0A], 1, 1),  // a sequence cut off by the end of the line
      ([0x61, 0xC0, 0x80], 1, 2),  // overlong
      ([0xED, 0xA0, 0x80], 1, 1),  // a surrogate
      ([0x61, 0x62, 0xE2, 0x82], 1, 3),  // cut off by the end of the file
      ([0x61, 0xF0, 0x9F, 0x98], 1, 2),  // as many bytes as the character that stands for errors
    ] as [([UInt8], Int, Int)])
  func invalidUTF8IsPlacedExactly(_ bytes: [UInt8], _ line: Int, _ position: Int) {
    #expect(
      throws: TextFileError(file: "t", line: line, problem: .invalidUTF8(byte: position))
    ) { try TextFile.lines(in: bytes, file: "t") }
  }

  #if os(Linux)
    /// The system says that it has no size.
    @Test func filesWithoutASizeAreRead() throws {
      #expect(try TextFile.lines(of: "/proc/version").first?.hasPrefix("Linux") == true)
    }
  #endif

  @Test func missingFilesAndFoldersAreNamed() throws {
    let folder = try TemporaryFolder()
    let missing = try #require(throws: TextFileError.self) {
      try TextFile.lines(of: folder.path + "/nothing")
    }
    #expect(missing.description == "\(folder.path)/nothing: cannot read: there is no such file")
    let error = try #require(throws: TextFileError.self) { try TextFile.lines(of: folder.path) }
    #expect(error.description.contains("folder"))
  }
}
