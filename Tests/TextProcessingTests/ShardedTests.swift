import Foundation
import TestSupport
import Testing
import TextProcessing

struct ShardedTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Numbers their lengths tell apart, in three shards of several kinds, with blank lines in between.
  func files(_ count: Int = 211) throws -> [CorpusFiles] {
    func source(_ index: Int) -> String {
      index % 17 == 3
        ? " " : "n\(index) " + Array(repeating: "a", count: index % 11).joined(separator: " ")
    }
    func target(_ index: Int) -> String {
      Array(repeating: "b", count: 1 + index % 7).joined(separator: " ")
    }
    func text(_ range: Range<Int>, _ line: (Int) -> String) -> String {
      range.map { line($0) + "\n" }.joined()
    }
    let (first, second) = (count / 3, count / 2)
    let tsv = try folder.file(
      "1.tsv", "\u{FEFF}" + text(0..<first) { source($0) + "\t" + target($0) })
    let empty = try folder.file("empty", "")
    let sources = try folder.file("2.src", text(first..<second, source))
    let targets = try folder.file(
      "2.tgt", text(first..<second, target).replacingOccurrences(of: "\n", with: "\r\n"))
    let compressed = try folder.file(
      "3.gz",
      bytes: GzipTests.wrapped(
        Array(text(second..<count) { source($0) + "\t" + target($0) }.dropLast().utf8)))
    return [
      .tsv(tsv), .tsv(empty), .parallel(source: sources, target: targets), .tsv(compressed),
    ]
  }

  /// The first token names the pair.
  static func encode(_ pair: ShardedCorpus.NumberedPair, _ epoch: Int) -> TokenPair? {
    let words = WordTokenizer()
    let source = words.encode(pair.pair.source)
    guard let name = source.first, let number = Int(name.dropFirst()) else { return nil }
    return TokenPair(
      source: [number] + Array(repeating: 4, count: source.count - 1),
      target: Array(repeating: 5, count: words.encode(pair.pair.target).count))
  }

  @Test(arguments: [1, 2, 7, 64, 1000])
  func pairsAreThoseOfTheFiles(_ blockSize: Int) throws {
    let files = try files()
    let corpus = try ShardedCorpus(files, blockSize: blockSize)
    let plain = try files.map { try ParallelCorpus($0) }
    #expect(try corpus.allPairs() == plain.flatMap(\.pairs))
    #expect(corpus.lineCount == 211)
    #expect(corpus.blankPairs.count == plain.reduce(0) { $0 + $1.blankPairCount })
    #expect(corpus.blankPairs.count == 13 && corpus.count == 198)
    #expect(corpus.blankPairs.first == plain[0].blankPairs.first)
    #expect(corpus.blankPairs.first?.line == 4)
    let places = plain.flatMap { part in part.pairs.indices.map { part.place(of: $0) } }
    let pairs = try (0..<corpus.blockCount).flatMap { try corpus.block($0) }
    #expect(pairs.map { corpus.place(of: $0.number) } == places)
    #expect(pairs.map(\.number) == (0..<211).filter { $0 % 17 != 3 })
    let ranges = (0..<corpus.blockCount).map { corpus.range(ofBlock: $0) }
    #expect(ranges.flatMap { Array($0) } == Array(0..<211))
    // Of 70, 0, 35 and 106 lines.
    let counts = [70, 35, 106].map { ($0 + blockSize - 1) / blockSize }
    #expect(corpus.blockCount == counts.reduce(0, +))
    #expect(ranges.allSatisfy { $0.count <= blockSize && !$0.isEmpty })
  }

  @Test func nothingIsACorpusToo() throws {
    let empty = try ShardedCorpus([])
    #expect(try empty.count == 0 && empty.blockCount == 0 && empty.allPairs().isEmpty)
    var batches = try ShardedBatches(empty, tokenBudget: 10, seed: 1, encode: Self.encode)
    #expect(try batches.batchCount(epoch: 0) == 0)
    let one = try ShardedCorpus([.tsv(try folder.file("one", "n0\tb"))])
    batches = try ShardedBatches(one, tokenBudget: 10, seed: 1, encode: Self.encode)
    #expect(try batches.batchCount(epoch: 5) == 1)
    #expect(try batches.batch(epoch: 5, index: 0).sources == [[0]])
  }

  @Test(arguments: [(7, 3, 40, nil), (1, 1, 13, nil), (64, 100, 40, 4)] as [(Int, Int, Int, Int?)])
  func everyPairComesOnceWithinTheBudget(
    _ blockSize: Int, _ blocksPerPool: Int, _ budget: Int, _ limit: Int?
  ) throws {
    let corpus = try ShardedCorpus(files(), blockSize: blockSize)
    var batches = try ShardedBatches(
      corpus, blocksPerPool: blocksPerPool, tokenBudget: budget, pairLimit: limit, seed: 3,
      encode: Self.encode)
    #expect(batches.longPairs.count == 0)
    for epoch in 0..<3 {
      var seen: [Int] = []
      for index in try 0..<batches.batchCount(epoch: epoch) {
        let batch = try batches.batch(epoch: epoch, index: index)
        #expect((1...(limit ?? .max)).contains(batch.count))
        #expect(batch.size.sourcePlaces <= budget && batch.size.targetPlaces <= budget)
        // The files name their lines from 0, as the corpus numbers them.
        #expect(batch.sources.map { $0[0] } == batch.indices)
        seen += batch.indices
      }
      #expect(seen.sorted() == (0..<211).filter { $0 % 17 != 3 })
    }
  }

  @Test func orderFollowsFromSeedAndEpochAlone() throws {
    let corpus = try ShardedCorpus(files(), blockSize: 8)
    func make(seed: UInt64) throws -> ShardedBatches {
      try ShardedBatches(
        corpus, blocksPerPool: 4, tokenBudget: 40, seed: seed, encode: Self.encode)
    }
    func all(_ batches: inout ShardedBatches, _ epoch: Int) throws -> [PairBatch] {
      try (0..<batches.batchCount(epoch: epoch)).map { try batches.batch(epoch: epoch, index: $0) }
    }
    var batches = try make(seed: 1)
    let first = try all(&batches, 0)
    let third = try all(&batches, 2)
    #expect(first.map(\.indices) != third.map(\.indices))
    // Another run that begins in the middle, and goes back.
    var resumed = try make(seed: 1)
    for index in [third.count - 1, 5, 0, 6] {
      #expect(try resumed.batch(epoch: 2, index: index) == third[index])
    }
    #expect(try resumed.batch(epoch: 0, index: 3) == first[3])
    #expect(try resumed.batch(epoch: 2, index: 3) == third[3])
    var other = try make(seed: 2)
    #expect(try all(&other, 0).map(\.indices) != first.map(\.indices))
    // Pairs of one block do not stay together.
    #expect(Set(first.map { Set($0.indices) }) != Set(third.map { Set($0.indices) }))
  }

  /// A batch has pairs of one pool only, and no pair is looked at before its pool is due.
  @Test func onePoolIsInMemoryAtATime() throws {
    final class Log { var numbers: [Int] = [] }
    let log = Log()
    let corpus = try ShardedCorpus(files(), blockSize: 8)
    var batches = try ShardedBatches(corpus, blocksPerPool: 3, tokenBudget: 40, seed: 1) {
      log.numbers.append($0.number)
      return Self.encode($0, $1)
    }
    #expect(log.numbers.count == corpus.count)
    log.numbers = []
    let count = try batches.batchCount(epoch: 1)
    #expect(log.numbers.isEmpty)
    var loads = 0
    for index in 0..<count {
      let before = log.numbers.count
      let batch = try batches.batch(epoch: 1, index: index)
      let new = log.numbers.count - before
      #expect(new <= 3 * 8)
      if new > 0 { loads += 1 }
      // All of the batch is in what was read last.
      #expect(Set(log.numbers.suffix(3 * 8)).isSuperset(of: batch.indices))
    }
    #expect(log.numbers.count == corpus.count)
    #expect(loads == (corpus.blockCount + 2) / 3)
  }

  @Test func blocksAndBatchesComeInRandomOrder() throws {
    let corpus = try ShardedCorpus(files(), blockSize: 8)
    var batches = try ShardedBatches(
      corpus, blocksPerPool: 3, tokenBudget: 40, seed: 1, encode: Self.encode)
    /// The blocks of the first pool, and the longest sources in the order of the batches.
    func look(_ epoch: Int) throws -> (blocks: Set<Int>, lengths: [Int]) {
      var blocks: Set<Int> = []
      var lengths: [Int] = []
      for index in try 0..<batches.batchCount(epoch: epoch) {
        let batch = try batches.batch(epoch: epoch, index: index)
        let found = (0..<corpus.blockCount).filter { block in
          batch.indices.contains { corpus.range(ofBlock: block).contains($0) }
        }
        if blocks.union(found).count <= 3 { blocks.formUnion(found) }
        lengths.append(batch.sources.map(\.count).max() ?? 0)
      }
      return (blocks, lengths)
    }
    let looks = try (0..<4).map(look)
    #expect(Set(looks.map(\.blocks)).count == 4)
    for look in looks {
      let falls = zip(look.lengths, look.lengths.dropFirst()).filter { $0 > $1 }.count
      #expect(falls > corpus.blockCount / 3)
    }
    // Similar lengths are together: in the order of the files half of the places would be padding.
    let size = try batches.batch(epoch: 0, index: 0).size
    #expect(size.sourceTokens * 4 > size.sourcePlaces * 3)
  }

  @Test func pairsCanTakePartInSomeEpochsOnly() throws {
    let corpus = try ShardedCorpus(files(), blockSize: 8)
    var batches = try ShardedBatches(
      corpus, blocksPerPool: 3, tokenBudget: 40, seed: 1, variesByEpoch: true
    ) { pair, epoch in pair.number % 3 == epoch ? Self.encode(pair, epoch) : nil }
    for epoch in [1, 0, 2, 3] {
      let seen = try (0..<batches.batchCount(epoch: epoch)).flatMap {
        try batches.batch(epoch: epoch, index: $0).indices
      }
      #expect(seen.sorted() == (0..<211).filter { $0 % 17 != 3 && $0 % 3 == epoch })
    }
  }

  @Test func aByteOrderMarkBelongsToTheBeginningOnly() throws {
    let path = try folder.file("marks", "\u{FEFF}a\tb\n\u{FEFF}c\td\n")
    let corpus = try ShardedCorpus([.tsv(path)], blockSize: 1)
    #expect(
      try corpus.allPairs().map { Array($0.source.utf8) } == [[0x61], [0xEF, 0xBB, 0xBF, 0x63]])
  }

  @Test func batchesThatAreNotThereStopTheProgram() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let folder = try TemporaryFolder()
      let corpus = try ShardedCorpus([.tsv(try folder.file("one", "n0\tb\nn1\tb\n"))])
      var batches = try ShardedBatches(
        corpus, tokenBudget: 2, seed: 1, encode: ShardedTests.encode)
      _ = try batches.batch(epoch: 0, index: 2)
    }
    expectMessage(result, naming: ["ShardedBatches.batch", "below 2", "found 2"])
  }

  @Test func lengthsMayChangeWithTheEpoch() throws {
    let corpus = try ShardedCorpus(files(), blockSize: 8)
    func make() throws -> ShardedBatches {
      try ShardedBatches(
        corpus, blocksPerPool: 3, tokenBudget: 30, seed: 1, variesByEpoch: true
      ) { pair, epoch in
        var tokens = Self.encode(pair, epoch)
        tokens?.source += Array(repeating: 6, count: epoch * (pair.number % 5))
        return tokens
      }
    }
    var batches = try make()
    var again = try make()
    var copy = batches
    for epoch in [1, 0, 2] {
      var seen: [Int] = []
      for index in try 0..<batches.batchCount(epoch: epoch) {
        // Two copies share the table of lengths; each fills it anew where it must.
        if index == 2 { _ = try copy.batchCount(epoch: 3) }
        let batch = try batches.batch(epoch: epoch, index: index)
        #expect(try batch == again.batch(epoch: epoch, index: index))
        #expect(batch.size.sourcePlaces <= 30)
        seen += batch.indices
      }
      #expect(seen.count == 198 && Set(seen).count == 198)
    }
  }

  @Test func longPairsAreLeftOutOrRefused() throws {
    let files = try files()
    let corpus = try ShardedCorpus(files, blockSize: 8)
    var batches = try ShardedBatches(
      corpus, tokenBudget: 100, lengthLimit: 10, seed: 1, encode: Self.encode)
    // The source has 1 + index % 11 tokens.
    let long = (0..<211).filter { $0 % 11 == 10 && $0 % 17 != 3 }
    #expect(batches.longPairs.count == long.count)
    #expect(batches.longPairs.first == corpus.place(of: long[0]))
    let seen = try (0..<batches.batchCount(epoch: 0)).flatMap {
      try batches.batch(epoch: 0, index: $0).indices
    }
    #expect(seen.sorted() == (0..<211).filter { $0 % 11 != 10 && $0 % 17 != 3 })
    let error = try #require(throws: BatchingError.self) {
      try ShardedBatches(
        corpus, tokenBudget: 100, lengthLimit: 10, longPairs: .refuse, seed: 1,
        encode: Self.encode)
    }
    #expect(
      error
        == .pairTooLong(
          index: 10, sourceLength: 11, targetLength: 5, limit: 10,
          place: TextPlace(file: folder.path + "/1.tsv", line: 11)))
  }

  @Test func errorsComeAtOpening() throws {
    let good = CorpusFiles.tsv(try folder.file("good", "a\tb\n"))
    let bad = try folder.file("bad", bytes: Array("a\tb\n\nc\t".utf8) + [0xC3, 0x28, 0x0A])
    #expect(throws: TextFileError(file: bad, line: 3, problem: .invalidUTF8(byte: 3))) {
      try ShardedCorpus([good, .tsv(bad)])
    }
    let columns = try folder.file("columns", "a\tb\na\tb\tc\n")
    #expect(
      throws: TextFileError(
        file: columns, line: 2, problem: .columnCount(expected: 2, found: 3))
    ) { try ShardedCorpus([good, .tsv(columns)]) }
    let short = try folder.file("short", "a\nb\n")
    let long = try folder.file("long", "a\nb\nc\nd\n\n")
    #expect(
      throws: TextFileError(
        file: short, problem: .lineCounts(found: 2, otherFile: long, other: 5))
    ) { try ShardedCorpus([.parallel(source: short, target: long)]) }
    #expect(
      throws: TextFileError(
        file: long, problem: .lineCounts(found: 5, otherFile: short, other: 2))
    ) { try ShardedCorpus([.parallel(source: long, target: short)]) }
    #expect(throws: TextFileError(file: "standard input", problem: .standardInputTwice)) {
      try ShardedCorpus([.parallel(source: "-", target: "-")])
    }
  }
}
