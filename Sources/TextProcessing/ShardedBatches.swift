internal import Tensors

/// Batches of a corpus that is larger than memory, shuffled by blocks.
///
/// In each epoch the blocks of the corpus come in a new random order, and so many at a time form a pool. Within
/// a pool the pairs are shuffled, put into batches of similar length as ``LengthBucketedBatches`` does, and the
/// batches are shuffled. Every pair comes exactly once an epoch; which batch it comes in, and when, follows
/// from the seed, the epoch and the corpus alone. Any batch can be had directly, so a run can go on from a
/// ``BatchPosition``.
///
/// Memory: the tokens of one pool, and 8 bytes a pool and a block. The lengths of all pairs, 8 bytes each, are in
/// a temporary file.
public struct ShardedBatches {
  /// Turns a pair into numbers. It must give the same for the same arguments.
  ///
  /// - Parameters:
  ///   - pair: the pair and its number.
  ///   - epoch: for what changes with it, such as BPE-dropout.
  /// - Returns: the tokens, or nil to leave the pair out.
  public typealias Encode = (_ pair: ShardedCorpus.NumberedPair, _ epoch: Int) -> TokenPair?

  /// Where the texts are.
  public let corpus: ShardedCorpus
  /// How many blocks are in memory at once.
  public let blocksPerPool: Int
  /// Where the order of the epochs starts.
  public let seed: UInt64
  /// The pairs of epoch 0 that are left out because they are longer than the limit.
  public private(set) var longPairs = Occurrences()
  private let cutter: BatchCutter
  private let variesByEpoch: Bool
  private let encode: Encode
  private let lengths: LengthTable
  private var plan: Plan?
  private var pool: Pool?

  /// The order of an epoch.
  private struct Plan {
    let epoch: Int
    let blocks: [Int]
    /// For each pool, how many batches there are up to its end.
    var ends: [Int]
  }

  /// The batches of a pool.
  private struct Pool {
    let epoch: Int
    let index: Int
    let pairs: [(number: Int, tokens: TokenPair)]
    let batches: [[Int]]
  }

  /// Reads the corpus once, for the lengths.
  ///
  /// - Parameters:
  ///   - corpus: where the texts are.
  ///   - blocksPerPool: how many blocks are in memory at once; more mix better.
  ///   - tokenBudget: the most places for tokens on each side of a batch, at least 1.
  ///   - pairLimit: the most pairs in a batch; `nil` for no other limit than the budget.
  ///   - lengthLimit: the longest source, and the longest target with its end token, to take. It is never
  ///     more than the budget.
  ///   - longPairs: what happens to longer ones. An epoch in which a pair gets longer leaves it out.
  ///   - bucketWidth: 1 gives the least padding; more mixes lengths.
  ///   - seed: where the order of the epochs starts.
  ///   - variesByEpoch: whether `encode` looks at the epoch; then each begins by reading the corpus once more.
  ///   - encode: turns pairs into numbers.
  /// - Throws: `BatchingError.pairTooLong` with `.refuse`; `FileError` of ModelFiles where there is no room for
  ///   the lengths; `TextFileError` where the lines are not what they were.
  public init(
    _ corpus: ShardedCorpus, blocksPerPool: Int = 64, tokenBudget: Int, pairLimit: Int? = nil,
    lengthLimit: Int? = nil, longPairs: LengthBucketedBatches.LongPairs = .leaveOut,
    bucketWidth: Int = 1, seed: UInt64, variesByEpoch: Bool = false, encode: @escaping Encode
  ) throws {
    if blocksPerPool < 1 {
      fatalError("ShardedBatches: expected pools of at least 1 block, found \(blocksPerPool)")
    }
    cutter = BatchCutter(
      "ShardedBatches", tokenBudget: tokenBudget, pairLimit: pairLimit, lengthLimit: lengthLimit,
      bucketWidth: bucketWidth)
    self.corpus = corpus
    self.blocksPerPool = blocksPerPool
    self.seed = seed
    self.variesByEpoch = variesByEpoch
    self.encode = encode
    lengths = try LengthTable(count: corpus.lineCount)
    var long = Occurrences()
    try readLengths(epoch: 0) { number, length in
      if longPairs == .refuse {
        throw BatchingError.pairTooLong(
          index: number, sourceLength: length.source, targetLength: length.target + 1,
          limit: cutter.lengthLimit, place: corpus.place(of: number))
      }
      long.add(at: corpus.place(of: number))
    }
    self.longPairs = long
  }

  /// How many batches an epoch has.
  ///
  /// - Throws: `TextFileError` where the lines are not what they were.
  public mutating func batchCount(epoch: Int) throws -> Int { try plan(for: epoch).ends.last ?? 0 }

  /// A batch of an epoch. Its `indices` are the pairs' numbers in the corpus.
  ///
  /// - Throws: `TextFileError` where the lines are not what they were.
  public mutating func batch(epoch: Int, index: Int) throws -> PairBatch {
    let plan = try plan(for: epoch)
    guard index >= 0, let number = plan.ends.firstIndex(where: { index < $0 }) else {
      fatalError(
        "ShardedBatches.batch: expected an index below \(plan.ends.last ?? 0), found \(index)")
    }
    if pool?.epoch != epoch || pool?.index != number { pool = try load(number, of: plan) }
    guard let pool else { fatalError("ShardedBatches.batch: there is no pool") }
    let pairs = pool.batches[index - (number == 0 ? 0 : plan.ends[number - 1])]
      .map { pool.pairs[$0] }
    return PairBatch(
      indices: pairs.map(\.number), sources: pairs.map(\.tokens.source),
      targets: pairs.map(\.tokens.target))
  }

  /// Fills the table of lengths for an epoch.
  /// - Parameter isLong: told about pairs over the limit.
  private func readLengths(
    epoch: Int, isLong: (Int, BatchCutter.Lengths) throws -> Void
  ) throws {
    lengths.epoch = epoch
    for block in 0..<corpus.blockCount {
      for number in corpus.range(ofBlock: block) { lengths[number] = nil }
      for pair in try corpus.block(block) {
        guard let tokens = encode(pair, epoch) else { continue }
        let length = BatchCutter.Lengths(tokens)
        if length.places > cutter.lengthLimit {
          try isLong(pair.number, length)
        } else {
          lengths[pair.number] = length
        }
      }
    }
  }

  private mutating func plan(for epoch: Int) throws -> Plan {
    // A copy of this value may have filled the table for another epoch meanwhile.
    let isFilled = !variesByEpoch || lengths.epoch == epoch
    if let plan, plan.epoch == epoch, isFilled { return plan }
    if !isFilled {
      try readLengths(epoch: epoch) { _, _ in }
    }
    var generator = SeededGenerator(seed: combineSeeds(seed, UInt64(bitPattern: Int64(epoch))))
    var blocks = Array(0..<corpus.blockCount)
    generator.shuffle(&blocks)
    var new = Plan(epoch: epoch, blocks: blocks, ends: [])
    var end = 0
    for index in 0..<(blocks.count + blocksPerPool - 1) / blocksPerPool {
      end += batches(of: members(ofPool: index, of: new), pool: index, epoch: epoch).count
      new.ends.append(end)
    }
    plan = new
    return new
  }

  private func blocks(ofPool index: Int, of plan: Plan) -> ArraySlice<Int> {
    let start = index * blocksPerPool
    return plan.blocks[start..<min(plan.blocks.count, start + blocksPerPool)]
  }

  /// The numbers of a pool's pairs.
  private func members(ofPool index: Int, of plan: Plan) -> [Int] {
    blocks(ofPool: index, of: plan).flatMap { block in
      corpus.range(ofBlock: block).filter { lengths[$0] != nil }
    }
  }

  /// The batches of a pool, as places among its members.
  private func batches(of members: [Int], pool: Int, epoch: Int) -> [[Int]] {
    var generator = SeededGenerator(
      seed: combineSeeds(seed, UInt64(bitPattern: Int64(epoch)), UInt64(pool)))
    var order = Array(members.indices)
    generator.shuffle(&order)
    let table = lengths
    var batches = cutter.batches(order) {
      table[members[$0]] ?? BatchCutter.Lengths(source: 0, target: 0)
    }
    generator.shuffle(&batches)
    return batches
  }

  private func load(_ index: Int, of plan: Plan) throws -> Pool {
    let pairs = try blocks(ofPool: index, of: plan).flatMap { block in
      try corpus.block(block).compactMap { pair -> (number: Int, tokens: TokenPair)? in
        if lengths[pair.number] == nil { return nil }
        return encode(pair, plan.epoch).map { (pair.number, $0) }
      }
    }
    let batches = batches(of: pairs.map(\.number), pool: index, epoch: plan.epoch)
    return Pool(epoch: plan.epoch, index: index, pairs: pairs, batches: batches)
  }
}
