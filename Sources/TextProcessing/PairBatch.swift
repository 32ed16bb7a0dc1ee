/// A batch of pairs, not padded yet.
public struct PairBatch: Sendable, Equatable {
  /// Where the pairs stand in `LengthBucketedBatches.pairs`, or their numbers in a `ShardedCorpus`.
  public let indices: [Int]
  /// The source sequences, [B][S], without start and end.
  public let sources: [[Int]]
  /// The target sequences, [B][T], without start and end.
  public let targets: [[Int]]

  /// The number of pairs, B.
  public var count: Int { indices.count }
  /// How much of the batch is tokens and how much is padding.
  public var size: BatchSize { BatchSize(pairs: zip(sources, targets).map(TokenPair.init)) }
}
