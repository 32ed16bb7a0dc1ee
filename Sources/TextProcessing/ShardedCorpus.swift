/// Pairs of source and target texts in files of any size, of which only the parts in use take memory.
///
/// An index of where each block of lines begins is built once; it takes about 100 bytes a block. Opening reads
/// everything once and is as strict as ``ParallelCorpus``, so that the only error that may come up later is of a file
/// whose lines are not what they were: a checksum of each block is kept. Lines that somebody appends, and replacing a
/// file by renaming, do no harm. What gzip has compressed is decompressed into a temporary file first.
///
/// Pairs are numbered from 0 in the order of the files and lines, blank ones included.
public struct ShardedCorpus: Sendable {
  /// A pair and its number.
  public struct NumberedPair: Hashable, Sendable {
    /// From 0, in the order of the files and lines.
    public let number: Int
    /// The texts.
    public let pair: TextPair
  }

  private struct Block {
    let shard: Int
    let start: PairScanner.Offset
    /// The number of its first pair.
    let number: Int
    var end: PairScanner.Offset
    /// Of its bytes when they were first read.
    var checksums: [UInt32] = []
  }

  /// The files, in the order in which their pairs are numbered.
  public let files: [CorpusFiles]
  /// The most pairs in a block.
  public let blockSize: Int
  /// How many pairs have a number, blank ones included.
  public private(set) var lineCount = 0
  /// The pairs that are left out because a side is blank.
  public private(set) var blankPairs = Occurrences()
  private var shards: [(texts: PairScanner.Texts, firstNumber: Int)] = []
  private var blocks: [Block] = []

  /// Opens files and reads through them once.
  ///
  /// - Parameters:
  ///   - files: one or more shards. Standard input can be one of them.
  ///   - blockSize: how many lines are a block, which is what is shuffled and read at once.
  /// - Throws: `TextFileError`.
  public init(_ files: [CorpusFiles], blockSize: Int = 1024) throws(TextFileError) {
    if blockSize < 1 {
      fatalError("ShardedCorpus: expected blocks of at least 1 line, found \(blockSize)")
    }
    self.files = files
    self.blockSize = blockSize
    for (index, shard) in files.enumerated() {
      let texts = try PairScanner.Texts(shard, mayExceedMemory: true)
      shards.append((texts, lineCount))
      var scanner = try PairScanner(texts)
      var block: Block?
      func finish() throws(TextFileError) {
        guard var whole = block else { return }
        whole.end = scanner.offset
        whole.checksums = try texts.part(from: whole.start, to: whole.end).checksums
        blocks.append(whole)
        block = nil
      }
      while true {
        let start = scanner.offset
        guard let (place, pair) = try scanner.next() else { break }
        if block == nil { block = Block(shard: index, start: start, number: lineCount, end: start) }
        if pair == nil { blankPairs.add(at: place) }
        lineCount += 1
        if (start.line + 1) % blockSize == 0 { try finish() }
      }
      try finish()
    }
  }

  /// How many pairs there are, blank ones left out.
  public var count: Int { lineCount - blankPairs.count }

  /// How many blocks there are. Each shard begins a new one.
  public var blockCount: Int { blocks.count }

  /// The pairs of a block, blank ones left out.
  ///
  /// - Throws: `TextFileError` where the file cannot be read any more, or the block's lines are not what they were.
  public func block(_ index: Int) throws(TextFileError) -> [NumberedPair] {
    let block = blocks[index]
    let texts = try shards[block.shard].texts.part(from: block.start, to: block.end)
    if texts.checksums != block.checksums {
      throw TextFileError(
        file: files[block.shard].name,
        problem: .changed(lines: block.start.line + 1...block.end.line))
    }
    var scanner = try PairScanner(texts, after: block.start.line)
    var pairs: [NumberedPair] = []
    pairs.reserveCapacity(blockSize)
    for number in range(ofBlock: index) {
      guard let next = try scanner.next() else { break }
      if let pair = next.pair { pairs.append(NumberedPair(number: number, pair: pair)) }
    }
    return pairs
  }

  /// The numbers of a block's pairs, blank ones included.
  public func range(ofBlock index: Int) -> Range<Int> {
    blocks[index].number..<(index + 1 < blocks.count ? blocks[index + 1].number : lineCount)
  }

  /// Calls `body` with all pairs in their order, blank ones left out, a block in memory at a time.
  ///
  /// - Throws: what `body` throws, and `TextFileError` as ``block(_:)`` does.
  public func forEach(_ body: (TextPair) throws -> Void) throws {
    for index in 0..<blockCount {
      for numbered in try block(index) { try body(numbered.pair) }
    }
  }

  /// The line that a pair stands on; of two files, that of the sources is named.
  public func place(of number: Int) -> TextPlace {
    if !(0..<lineCount).contains(number) {
      fatalError("ShardedCorpus.place: expected a number below \(lineCount), found \(number)")
    }
    let index = shards.lastIndex { $0.firstNumber <= number } ?? 0
    return TextPlace(file: files[index].name, line: number - shards[index].firstNumber + 1)
  }
}
