import AttentionKit
import Foundation

/// Batches of pairs of similar length, as the trainer takes them.
protocol TextBatchSource: BatchSource {
  /// What is left out because it is too long.
  var longPairs: Occurrences { get }
  /// The corpus as numbers, long pairs included, if it is in memory.
  var encodedPairs: [TokenPair]? { get }
}

extension TrainingText {
  /// - Parameter lengthLimit: the longest sequence that the model takes.
  func batches(_ data: DataConfiguration, codec: Codec, lengthLimit: Int) throws
    -> any TextBatchSource
  {
    let limit = min(data.maximumLength, lengthLimit)
    return switch self {
    case .inMemory(let corpus):
      try CorpusBatches(corpus, data, codec: codec, lengthLimit: limit)
    case .inFiles(let corpus, let heldOut, _):
      try StreamedBatches(corpus, heldOut: heldOut, data, codec: codec, lengthLimit: limit)
    }
  }
}

/// Batches of a corpus that is in memory.
struct CorpusBatches: TextBatchSource {
  /// Those of the first epoch; without BPE-dropout, of every one.
  private var batches: LengthBucketedBatches
  private let codec: Codec
  private let corpus: ParallelCorpus
  private let data: DataConfiguration
  private let lengthLimit: Int
  private var cached: (epoch: Int, indices: [[Int]])?

  var longPairs: Occurrences { batches.longPairs }
  var encodedPairs: [TokenPair]? { batches.pairs }

  init(
    _ corpus: ParallelCorpus, _ data: DataConfiguration, codec: Codec, lengthLimit: Int
  ) throws {
    self.codec = codec
    self.corpus = data.bpeDropout > 0 ? corpus : ParallelCorpus([])
    self.data = data
    self.lengthLimit = lengthLimit
    batches = try Self.batches(
      corpus.pairs.map { codec.encode($0) }, data, lengthLimit: lengthLimit,
      place: corpus.place(of:))
  }

  private static func batches(
    _ pairs: [TokenPair], _ data: DataConfiguration, lengthLimit: Int,
    place: (Int) -> TextPlace? = { _ in nil }
  ) throws -> LengthBucketedBatches {
    try LengthBucketedBatches(
      pairs, tokenBudget: data.tokensPerBatch, pairLimit: data.pairsPerBatch,
      lengthLimit: lengthLimit, bucketWidth: data.bucketWidth, seed: data.seed, place: place)
  }

  mutating func batchCount(epoch: Int) -> Int { indices(epoch).count }

  mutating func batch(epoch: Int, index: Int) -> TrainingBatch {
    let indices = indices(epoch)[index]
    return codec.batch(batches.batch(indices))
  }

  private mutating func indices(_ epoch: Int) -> [[Int]] {
    if let cached, cached.epoch == epoch { return cached.indices }
    if data.bpeDropout > 0 {
      // Cut anew in each epoch. Long pairs are left out, so nothing is thrown.
      let pairs = corpus.pairs.enumerated().map { codec.encode($1, number: $0, epoch: epoch, data) }
      if let cut = try? Self.batches(pairs, data, lengthLimit: lengthLimit) { batches = cut }
    }
    let indices = batches.batchIndices(epoch: epoch)
    cached = (epoch, indices)
    return indices
  }
}

/// Batches of a corpus that stays in its files.
struct StreamedBatches: TextBatchSource {
  private var batches: ShardedBatches
  private let codec: Codec

  var longPairs: Occurrences { batches.longPairs }
  var encodedPairs: [TokenPair]? { nil }

  init(
    _ corpus: ShardedCorpus, heldOut: HeldOutShare?, _ data: DataConfiguration, codec: Codec,
    lengthLimit: Int
  ) throws {
    self.codec = codec
    batches = try ShardedBatches(
      corpus, tokenBudget: data.tokensPerBatch, pairLimit: data.pairsPerBatch,
      lengthLimit: lengthLimit, bucketWidth: data.bucketWidth, seed: data.seed,
      variesByEpoch: data.bpeDropout > 0
    ) { pair, epoch in
      heldOut?.contains(pair.pair.source) ?? false
        ? nil : codec.encode(pair.pair, number: pair.number, epoch: epoch, data)
    }
  }

  mutating func batchCount(epoch: Int) throws -> Int { try batches.batchCount(epoch: epoch) }

  mutating func batch(epoch: Int, index: Int) throws -> TrainingBatch {
    try codec.batch(batches.batch(epoch: epoch, index: index))
  }
}
