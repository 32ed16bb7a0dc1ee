internal import Tensors

/// Batches of pairs of similar length with a bounded number of tokens, in a new seeded order every epoch.
///
/// The budget is for each side by itself: pairs times the longest source, and pairs times the longest target
/// with its end token, padding counted, both stay within it ("approximately 25000 source tokens and 25000
/// target tokens", Vaswani et al. 2017, section 5.1).
///
/// Every pair comes exactly once an epoch. Which batch it comes in, and when, follows from the seed, the
/// epoch and the pairs alone, so that a run can go on from a `BatchPosition`.
public struct LengthBucketedBatches: Sendable {
  /// What happens to pairs over the length limit.
  public enum LongPairs: Sendable {
    /// They are left out; `longPairCount` says how many.
    case leaveOut
    /// They are an error.
    case refuse
  }

  /// The pairs, long ones included.
  public let pairs: [TokenPair]
  /// The most places for tokens, padding counted, on each side of a batch.
  public let tokenBudget: Int
  /// The most pairs in a batch.
  public let pairLimit: Int
  /// The longest source, and the longest target with its end token, that takes part.
  public let lengthLimit: Int
  /// Lengths are put into buckets of this width; within a bucket the order is random.
  public let bucketWidth: Int
  /// Where the order of the epochs starts.
  public let seed: UInt64
  /// How many pairs are left out because they are longer than `lengthLimit`.
  public let longPairCount: Int
  private let included: [Int]

  /// - Parameters:
  ///   - pairs: Sequences without start and end tokens.
  ///   - tokenBudget: The most places for tokens on each side of a batch, at least 1.
  ///   - pairLimit: The most pairs in a batch; `nil` for no other limit than the budget.
  ///   - lengthLimit: The longest source, and the longest target with its end token, to take. It is never
  ///     more than the budget.
  ///   - longPairs: What happens to longer ones.
  ///   - bucketWidth: 1 gives the least padding; more mixes lengths.
  ///   - seed: Where the order of the epochs starts.
  /// - Throws: `BatchingError.pairTooLong` with `.refuse`.
  public init(
    _ pairs: [TokenPair], tokenBudget: Int, pairLimit: Int? = nil, lengthLimit: Int? = nil,
    longPairs: LongPairs = .leaveOut, bucketWidth: Int = 1, seed: UInt64
  ) throws(BatchingError) {
    let limit = min(lengthLimit ?? tokenBudget, tokenBudget)
    if limit < 1 || (pairLimit ?? 1) < 1 || bucketWidth < 1 {
      fatalError(
        "LengthBucketedBatches: expected limits of at least 1, found a budget of \(tokenBudget) "
          + "tokens, lengths up to \(limit), buckets of \(bucketWidth), "
          + "pairs up to \(pairLimit.map(String.init) ?? "any number")")
    }
    var included: [Int] = []
    included.reserveCapacity(pairs.count)
    for (index, pair) in pairs.enumerated() {
      if max(pair.source.count, pair.target.count + 1) <= limit {
        included.append(index)
      } else if longPairs == .refuse {
        throw .pairTooLong(
          index: index, sourceLength: pair.source.count, targetLength: pair.target.count + 1,
          limit: limit)
      }
    }
    self.pairs = pairs
    self.tokenBudget = tokenBudget
    self.pairLimit = pairLimit ?? .max
    self.lengthLimit = limit
    self.bucketWidth = bucketWidth
    self.seed = seed
    self.included = included
    longPairCount = pairs.count - included.count
  }

  /// The batches of an epoch in their order, as indices into `pairs`.
  public func batchIndices(epoch: Int) -> [[Int]] {
    var generator = SeededGenerator(
      seed: combineSeeds(seed, UInt64(bitPattern: Int64(epoch))))
    var order = included
    generator.shuffle(&order)
    var batches = cut(sortedByLength(order))
    generator.shuffle(&batches)
    return batches
  }

  /// The batches of an epoch in their order.
  public func batches(epoch: Int) -> [PairBatch] { batchIndices(epoch: epoch).map(batch) }

  /// The tokens and the padding of an epoch.
  public func size(epoch: Int) -> BatchSize {
    var total = BatchSize()
    for indices in batchIndices(epoch: epoch) {
      total += BatchSize(pairs: indices.lazy.map { pairs[$0] })
    }
    return total
  }

  /// The batches from a position on, epoch after epoch without end (none if there are no pairs).
  /// - Throws: `BatchingError.positionOutside`.
  public func stream(
    from position: BatchPosition = BatchPosition()
  ) throws(BatchingError) -> BatchStream {
    try BatchStream(self, from: position)
  }

  /// The pairs with the given indices, as a batch.
  public func batch(_ indices: [Int]) -> PairBatch {
    PairBatch(
      indices: indices, sources: indices.map { pairs[$0].source },
      targets: indices.map { pairs[$0].target })
  }

  /// Sorts by source bucket, then target bucket, upwards and downwards in turn: where one source bucket ends
  /// and the next begins, target lengths do not jump, so batches across that border have little padding.
  private func sortedByLength(_ order: [Int]) -> [Int] {
    let keys = order.map { index in
      let source = pairs[index].source.count / bucketWidth
      let target = pairs[index].target.count / bucketWidth
      return (source, source % 2 == 0 ? target : -target)
    }
    // By position as the last key: the random order decides among equals, whatever `sort` does with them.
    return order.indices
      .sorted { (keys[$0].0, keys[$0].1, $0) < (keys[$1].0, keys[$1].1, $1) }
      .map { order[$0] }
  }

  /// Cuts a sequence of pairs where the next one would break the budget.
  private func cut(_ order: [Int]) -> [[Int]] {
    var batches: [[Int]] = []
    var batch: [Int] = []
    var longest = 0
    for index in order {
      let length = max(pairs[index].source.count, pairs[index].target.count + 1)
      // Each length is within the budget, so a batch of one always fits.
      let isFull =
        batch.count == pairLimit || (batch.count + 1) * max(longest, length) > tokenBudget
      if isFull {
        batches.append(batch)
        batch = []
        longest = 0
      }
      batch.append(index)
      longest = max(longest, length)
    }
    if !batch.isEmpty { batches.append(batch) }
    return batches
  }
}
