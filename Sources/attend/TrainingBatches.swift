import AttentionKit
import Foundation

/// Batches of pairs of similar length, as the trainer takes them.
enum TrainingBatches: BatchSource {
  case inMemory(CorpusBatches)
  case inFiles(StreamedBatches)

  /// - Parameter lengthLimit: the longest sequence that the model takes.
  init(_ text: TrainingText, _ data: DataConfiguration, codec: Codec, lengthLimit: Int) throws {
    let limit = min(data.maximumLength, lengthLimit)
    switch text {
    case .inMemory(let corpus):
      self = .inMemory(try CorpusBatches(corpus, data, codec: codec, lengthLimit: limit))
    case .inFiles(let corpus, let heldOut, _):
      self = .inFiles(
        try StreamedBatches(corpus, heldOut: heldOut, data, codec: codec, lengthLimit: limit))
    }
  }

  /// What is left out because it is too long.
  var longPairs: Occurrences {
    switch self {
    case .inMemory(let source): source.batches.longPairs
    case .inFiles(let source): source.batches.longPairs
    }
  }

  mutating func batchCount(epoch: Int) -> Int {
    switch self {
    case .inMemory(var source):
      let count = source.batchCount(epoch: epoch)
      self = .inMemory(source)
      return count
    case .inFiles(var source):
      let count = source.batches.batchCount(epoch: epoch)
      self = .inFiles(source)
      return count
    }
  }

  mutating func batch(epoch: Int, index: Int) -> TrainingBatch {
    switch self {
    case .inMemory(var source):
      let batch = source.batch(epoch: epoch, index: index)
      self = .inMemory(source)
      return batch
    case .inFiles(var source):
      let batch = source.codec.batch(source.batches.batch(epoch: epoch, index: index))
      self = .inFiles(source)
      return batch
    }
  }
}

/// Batches of a corpus that is in memory.
struct CorpusBatches {
  /// Those of the first epoch; without BPE-dropout, of every one.
  private(set) var batches: LengthBucketedBatches
  private let codec: Codec
  private let corpus: ParallelCorpus
  private let data: DataConfiguration
  private let lengthLimit: Int
  private var cached: (epoch: Int, indices: [[Int]])?

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
struct StreamedBatches {
  var batches: ShardedBatches
  let codec: Codec

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
}
