import Foundation
import TestSupport
import Testing

@testable import TextProcessing

/// Text files that somebody shortens while they are read. (Touching a mapped page beyond the end of a file would stop
/// the tests, which is how they fail.)
struct ChangedTextTests {
  @Test func aTextThatHasBeenOpenedDoesNotChange() throws {
    let folder = try TemporaryFolder()
    let line = "a line\n"
    let path = try folder.file("text", String(repeating: line, count: 2000))
    let text = try TextBytes(path)
    #expect(truncate(path, 3) == 0)
    var scanner = LineScanner(text.bytes)
    var count = 0
    while let next = scanner.next() {
      #expect(next.elementsEqual(line.dropLast().utf8))
      count += 1
    }
    #expect(count == 2000)
    // Of memory that is no file's, nothing can be given back.
    text.release(0..<text.bytes.count)
    #expect(text.bytes.starts(with: line.utf8))
  }

  @Test func largeTextsAreMapped() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("text", String(repeating: "a line\n", count: 2000))
    let (copied, mapped) = (try TextBytes(path), try TextBytes(path, mayExceedMemory: true))
    #expect(copied.bytes.elementsEqual(mapped.bytes))
    mapped.release(0..<mapped.bytes.count)
    #expect(copied.bytes.elementsEqual(mapped.bytes))
    let empty = try TextBytes(folder.file("empty", ""))
    #expect(empty.bytes.isEmpty)
  }
}
