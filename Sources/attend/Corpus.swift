import AttentionKit
import Foundation

extension DataConfiguration {
  /// The pairs to train on and those to validate on.
  func corpora() throws -> (train: ParallelCorpus, validation: ParallelCorpus) {
    let corpus: ParallelCorpus
    if task == .files {
      let found = try Self.corpus(
        train, trainSource, trainTarget, names: ("train", "trainSource", "trainTarget"))
      guard let found else {
        throw ConfigurationFileError(
          origin: "data.train",
          problem: "expected a file of SOURCE<TAB>TARGET lines, or trainSource and trainTarget, "
            + "found nothing")
      }
      corpus = found
    } else {
      corpus = SyntheticTask(rawValue: task.rawValue)!.corpus(
        count: pairCount, symbolCount: symbolCount, lengths: shortest...longest, seed: seed)
    }
    let validation = try Self.corpus(
      validation, validationSource, validationTarget,
      names: ("validation", "validationSource", "validationTarget"))
    if let validation { return (corpus, validation) }
    let parts = corpus.split(holdOutShare: heldOutShare, seed: seed)
    return (parts.train, parts.heldOut)
  }

  /// The pairs of a TSV file or of two files; nil where none is named.
  private static func corpus(
    _ tsv: String, _ source: String, _ target: String, names: (String, String, String)
  ) throws -> ParallelCorpus? {
    if !tsv.isEmpty && !(source.isEmpty && target.isEmpty) {
      throw ConfigurationFileError(
        origin: "data.\(names.0)",
        problem: "expected this or \(names.1) and \(names.2), found both")
    }
    if source.isEmpty != target.isEmpty {
      throw ConfigurationFileError(
        origin: "data.\(source.isEmpty ? names.1 : names.2)",
        problem: "expected the file that belongs to "
          + "\(source.isEmpty ? names.2 : names.1), found nothing")
    }
    if !tsv.isEmpty { return try ParallelCorpus(tsv: tsv) }
    return source.isEmpty ? nil : try ParallelCorpus(source: source, target: target)
  }
}

/// Length-bucketed batches of a corpus, as the trainer takes them.
struct CorpusBatches: BatchSource {
  /// Those of the first epoch; without BPE-dropout, of every one.
  private(set) var batches: LengthBucketedBatches
  let codec: Codec
  private let corpus: ParallelCorpus
  private let data: DataConfiguration
  private let lengthLimit: Int
  private var cached: (epoch: Int, indices: [[Int]])?

  /// - Parameter lengthLimit: the longest sequence that the model takes.
  init(
    _ corpus: ParallelCorpus, _ data: DataConfiguration, codec: Codec, lengthLimit: Int
  ) throws {
    self.codec = codec
    self.corpus = data.bpeDropout > 0 ? corpus : ParallelCorpus([])
    self.data = data
    self.lengthLimit = min(data.maximumLength, lengthLimit)
    batches = try Self.batches(codec.encode(corpus), data, lengthLimit: self.lengthLimit)
  }

  private static func batches(_ pairs: [TokenPair], _ data: DataConfiguration, lengthLimit: Int)
    throws -> LengthBucketedBatches
  {
    try LengthBucketedBatches(
      pairs, tokenBudget: data.tokensPerBatch, pairLimit: data.pairsPerBatch,
      lengthLimit: lengthLimit, bucketWidth: data.bucketWidth, seed: data.seed)
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
      let pairs = codec.encode(
        corpus, dropoutRate: data.bpeDropout, seed: combineSeeds(data.seed, UInt64(epoch)))
      if let cut = try? Self.batches(pairs, data, lengthLimit: lengthLimit) { batches = cut }
    }
    let indices = batches.batchIndices(epoch: epoch)
    cached = (epoch, indices)
    return indices
  }
}
