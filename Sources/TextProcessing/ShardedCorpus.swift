/// Pairs of source and target texts in files of any size, of which only the parts in use take memory.
///
/// The files are mapped, and an index of where each block of lines begins is built once; it takes about 40
/// bytes a block. Opening reads everything once and is as strict as ``ParallelCorpus``, so that no
/// error comes up later. Until the last use the files must stay as they are: shortening one in place stops the
/// program, replacing it by renaming does no harm. What gzip has compressed is decompressed into a temporary file first.
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
    let offset: PairScanner.Offset
    /// The number of its first pair.
    let number: Int
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
      var scanner = PairScanner(texts)
      while true {
        let offset = scanner.offset
        guard let (place, pair) = try scanner.next() else { break }
        if offset.line % blockSize == 0 {
          if let last = blocks.last, last.shard == index {
            scanner.releaseMemory(from: last.offset)
          }
          blocks.append(Block(shard: index, offset: offset, number: lineCount))
        }
        if pair == nil { blankPairs.add(at: place) }
        lineCount += 1
      }
    }
  }

  /// How many pairs there are, blank ones left out.
  public var count: Int { lineCount - blankPairs.count }

  /// How many blocks there are. Each shard begins a new one.
  public var blockCount: Int { blocks.count }

  /// The pairs of a block, blank ones left out.
  public func block(_ index: Int) -> [NumberedPair] {
    let block = blocks[index]
    var scanner = PairScanner(shards[block.shard].texts, from: block.offset)
    var pairs: [NumberedPair] = []
    pairs.reserveCapacity(blockSize)
    for number in range(ofBlock: index) {
      // Everything was read once without an error.
      guard let next = try? scanner.next() else { break }
      if let pair = next.pair { pairs.append(NumberedPair(number: number, pair: pair)) }
    }
    scanner.releaseMemory(from: block.offset)
    return pairs
  }

  /// The numbers of a block's pairs, blank ones included.
  public func range(ofBlock index: Int) -> Range<Int> {
    blocks[index].number..<(index + 1 < blocks.count ? blocks[index + 1].number : lineCount)
  }

  /// All pairs in their order, blank ones left out, a block in memory at a time.
  public var pairs: some Sequence<TextPair> {
    (0..<blockCount).lazy.flatMap { block($0).lazy.map(\.pair) }
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
