import Foundation
import TestSupport
import Testing

@testable import TextProcessing

/// Text files that somebody writes to while they are read. (Touching a mapped page beyond the end of a file would stop
/// the tests, which is how they would fail.)
struct ChangedTextTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func lines(of text: TextBytes) throws -> [String] {
    var scanner = try LineScanner(text)
    var lines: [String] = []
    while let line = try scanner.next() { lines.append(String(decoding: line, as: UTF8.self)) }
    return lines
  }

  @Test func aTextThatHasBeenOpenedDoesNotChange() throws {
    let path = try folder.file("text", String(repeating: "a line\n", count: 2000))
    let text = try TextBytes(path)
    #expect(truncate(path, 3) == 0)
    #expect(try lines(of: text) == Array(repeating: "a line", count: 2000))
  }

  /// Lines of every length beside the size of the parts that are read at once, with every kind of end.
  @Test func largeTextsHaveTheSameLines() throws {
    let size = LineScanner.partSize
    let lengths = [0, 1, size - 8, 0, 5, size, size + 1, 3 * size, 2, 7 * size, 0]
    for (end, last) in [("\n", ""), ("\r\n", ""), ("\n", "\n"), ("\r\n", "\r")] {
      for mark in ["", "\u{FEFF}"] {
        let text = mark + lengths.map { String(repeating: "x", count: $0) }.joined(separator: end)
        let path = try folder.file("text", text + last)
        let inFile = try TextBytes(path, mayExceedMemory: true)
        #expect(
          !inFile.isInMemory && inFile.bytes.isEmpty
            && inFile.count == text.utf8.count + last.utf8.count)
        let expected = try lines(of: TextBytes(path))
        #expect(expected.map(\.utf8.count).starts(with: lengths.dropLast()))
        #expect(try lines(of: inFile) == expected)
      }
    }
    #expect(try lines(of: TextBytes(folder.file("empty", ""), mayExceedMemory: true)) == [])
  }

  /// What is read is kept to a part at a time, and to the longest line.
  @Test func aPartOfALargeTextIsInMemory() throws {
    let path = try folder.file("text", String(repeating: "a line\n", count: 20_000))
    let text = try TextBytes(path, mayExceedMemory: true)
    var scanner = try LineScanner(text)
    for _ in 0..<10 { _ = try scanner.next() }
    #expect(truncate(path, 70) == 0)
    // The rest of the first part.
    for _ in 10..<LineScanner.partSize / 7 { #expect(try scanner.next()?.count == 6) }
    let error = try #require(throws: TextFileError.self) {
      for _ in 0..<20_000 { _ = try scanner.next() }
    }
    #expect("\(error)" == "\(path): cannot read: somebody has written to it since it was opened")
  }

  private static let pairs = (0..<1000).map {
    TextPair(source: "source \($0)", target: "target \($0)")
  }
  private static let text = pairs.map { $0.source + "\t" + $0.target + "\n" }.joined()

  @Test func aCorpusThatIsShortenedGivesAnError() throws {
    let path = try folder.file("corpus", Self.text)
    let corpus = try ShardedCorpus([.tsv(path)], blockSize: 100)
    #expect(truncate(path, off_t(Self.text.utf8.count / 2)) == 0)
    #expect(try corpus.block(3).map(\.pair) == Array(Self.pairs[300..<400]))
    let reason = "somebody has written to it since it was opened"
    #expect(throws: TextFileError(file: path, problem: .unreadable(reason: reason))) {
      try corpus.block(9)
    }
    #expect(throws: TextFileError.self) { try corpus.forEach { _ in } }
  }

  /// Also where it stays as long as it was; the other blocks can be read.
  @Test func aCorpusThatIsOverwrittenGivesAnError() throws {
    let source = try folder.file("source", Self.pairs.map { $0.source + "\n" }.joined())
    let target = try folder.file("target", Self.pairs.map { $0.target + "\n" }.joined())
    let corpus = try ShardedCorpus([.parallel(source: source, target: target)], blockSize: 100)
    let handle = try #require(FileHandle(forUpdatingAtPath: target))
    try handle.seek(toOffset: 0)
    try handle.write(contentsOf: Data("t".utf8))
    #expect(try corpus.block(0).count == 100)
    try handle.seek(toOffset: 0)
    try handle.write(contentsOf: Data("T".utf8))
    #expect(throws: TextFileError(file: source, problem: .changed(lines: 1...100))) {
      try corpus.block(0)
    }
    #expect(try corpus.block(1).map(\.pair) == Array(Self.pairs[100..<200]))
  }

  @Test func aCorpusThatGrowsOrIsReplacedStaysWhatItWas() throws {
    let path = try folder.file("corpus", Self.text)
    let corpus = try ShardedCorpus([.tsv(path)], blockSize: 64)
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("more without a tab".utf8))
    #expect(try corpus.allPairs() == Self.pairs)
    _ = try folder.file("other", "something else")
    #expect(rename(folder.path + "/other", path) == 0)
    #expect(try corpus.allPairs() == Self.pairs)
  }

  /// What stands on the lines is read again for each batch, and its error comes out of the batches.
  @Test func batchesOfACorpusThatIsOverwrittenGiveAnError() throws {
    let path = try folder.file("corpus", Self.text)
    let corpus = try ShardedCorpus([.tsv(path)], blockSize: 100)
    var batches = try ShardedBatches(corpus, blocksPerPool: 1, tokenBudget: 200, seed: 1) { _, _ in
      TokenPair(source: [1], target: [2])
    }
    let count = try batches.batchCount(epoch: 0)
    #expect(count == 10)
    _ = try batches.batch(epoch: 0, index: 0)
    #expect(truncate(path, 5) == 0)
    // The pool that is in memory.
    _ = try batches.batch(epoch: 0, index: 0)
    #expect(throws: TextFileError.self) { try batches.batch(epoch: 0, index: 1) }
  }
}

extension ShardedCorpus {
  /// All pairs, in memory.
  func allPairs() throws -> [TextPair] {
    var pairs: [TextPair] = []
    try forEach { pairs.append($0) }
    return pairs
  }
}
