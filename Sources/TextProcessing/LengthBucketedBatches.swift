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
    /// They are left out; `longPairs` says how many, and where the first one is.
    case leaveOut
    /// They are an error.
    case refuse
  }

  /// The pairs, long ones included.
  public let pairs: [TokenPair]
  /// The most places for tokens, padding counted, on each side of a batch.
  public var tokenBudget: Int { cutter.tokenBudget }
  /// The most pairs in a batch.
  public var pairLimit: Int { cutter.pairLimit }
  /// The longest source, and the longest target with its end token, that takes part.
  public var lengthLimit: Int { cutter.lengthLimit }
  /// Lengths are put into buckets of this width; within a bucket the order is random.
  public var bucketWidth: Int { cutter.bucketWidth }
  /// Where the order of the epochs starts.
  public let seed: UInt64
  /// The pairs that are left out because they are longer than `lengthLimit`.
  public let longPairs: Occurrences
  /// How many pairs are left out because they are longer than `lengthLimit`.
  public var longPairCount: Int { longPairs.count }
  private let cutter: BatchCutter
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
  ///   - place: Where a pair comes from, for messages: `corpus.place(of:)`.
  /// - Throws: `BatchingError.pairTooLong` with `.refuse`.
  public init(
    _ pairs: [TokenPair], tokenBudget: Int, pairLimit: Int? = nil, lengthLimit: Int? = nil,
    longPairs: LongPairs = .leaveOut, bucketWidth: Int = 1, seed: UInt64,
    place: (Int) -> TextPlace? = { _ in nil }
  ) throws(BatchingError) {
    cutter = BatchCutter(
      "LengthBucketedBatches", tokenBudget: tokenBudget, pairLimit: pairLimit,
      lengthLimit: lengthLimit, bucketWidth: bucketWidth)
    var included: [Int] = []
    included.reserveCapacity(pairs.count)
    var long = Occurrences()
    for (index, pair) in pairs.enumerated() {
      if BatchCutter.Lengths(pair).places <= cutter.lengthLimit {
        included.append(index)
      } else if longPairs == .refuse {
        throw .pairTooLong(
          index: index, sourceLength: pair.source.count, targetLength: pair.target.count + 1,
          limit: cutter.lengthLimit, place: place(index))
      } else {
        long.add(at: place(index))
      }
    }
    self.pairs = pairs
    self.seed = seed
    self.included = included
    self.longPairs = long
  }

  /// The batches of an epoch in their order, as indices into `pairs`.
  public func batchIndices(epoch: Int) -> [[Int]] {
    var generator = SeededGenerator(
      seed: combineSeeds(seed, UInt64(bitPattern: Int64(epoch))))
    var order = included
    generator.shuffle(&order)
    var batches = cutter.batches(order) { BatchCutter.Lengths(pairs[$0]) }
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
}
