import AttentionKit
import Foundation

/// How text becomes the model's numbers and back: tokenizers and vocabularies of a run.
struct Codec {
  let source: any Tokenizer
  let target: any Tokenizer
  let sourceVocabulary: Vocabulary
  let targetVocabulary: Vocabulary

  static let sourceFile = "source_vocabulary.txt"
  static let targetFile = "target_vocabulary.txt"

  init(_ data: DataConfiguration, source: Vocabulary, target: Vocabulary) {
    self.source = data.sourceTokenizer.tokenizer
    self.target = data.targetTokenizer.tokenizer
    sourceVocabulary = source
    targetVocabulary = target
  }

  /// The codec of a checkpoint.
  init(_ data: DataConfiguration, checkpoint: Checkpoint) throws {
    self.init(
      data, source: try Vocabulary(contentsOf: checkpoint.path + "/" + Self.sourceFile),
      target: try Vocabulary(contentsOf: checkpoint.path + "/" + Self.targetFile))
  }

  /// The codec for a corpus, its vocabularies counted.
  init(_ data: DataConfiguration, counting corpus: ParallelCorpus) {
    if data.task != .files {
      let vocabulary = SyntheticTask.vocabulary(symbolCount: data.symbolCount)
      self.init(data, source: vocabulary, target: vocabulary)
      return
    }
    let sources = corpus.pairs.map { data.sourceTokenizer.tokenizer.encode($0.source) }
    let targets = corpus.pairs.map { data.targetTokenizer.tokenizer.encode($0.target) }
    func count(_ sequences: [[String]]) -> Vocabulary {
      Vocabulary(
        counting: sequences, limit: data.vocabularyLimit, minimumFrequency: data.minimumFrequency)
    }
    if data.sharesVocabulary {
      let vocabulary = count(sources + targets)
      self.init(data, source: vocabulary, target: vocabulary)
    } else {
      self.init(data, source: count(sources), target: count(targets))
    }
  }

  var files: [String: String] {
    [
      Self.sourceFile: sourceVocabulary.fileContents,
      Self.targetFile: targetVocabulary.fileContents,
    ]
  }

  func encode(_ corpus: ParallelCorpus) -> [TokenPair] {
    corpus.pairs.map {
      TokenPair(source: encodeSource($0.source), target: encodeTarget($0.target))
    }
  }

  func encodeSource(_ text: String) -> [Int] { sourceVocabulary.encode(source.encode(text)) }
  func encodeTarget(_ text: String) -> [Int] { targetVocabulary.encode(target.encode(text)) }
  func decodeTarget(_ tokens: [Int]) -> String { target.decode(targetVocabulary.decode(tokens)) }

  func batch(_ pairs: PairBatch) -> TrainingBatch {
    TrainingBatch(
      sources: pairs.sources, targets: pairs.targets, start: targetVocabulary.startID,
      end: targetVocabulary.endID, padding: targetVocabulary.paddingID)
  }

  /// All pairs in their order, so many at a time: for scoring.
  func batches(_ pairs: [TokenPair], size: Int) -> [TrainingBatch] {
    stride(from: 0, to: pairs.count, by: size).map { start in
      let part = pairs[start..<min(pairs.count, start + size)]
      return TrainingBatch(
        sources: part.map(\.source), targets: part.map(\.target),
        start: targetVocabulary.startID, end: targetVocabulary.endID,
        padding: targetVocabulary.paddingID)
    }
  }
}

extension DataConfiguration.TokenizerKind {
  var tokenizer: any Tokenizer {
    switch self {
    case .words: WordTokenizer()
    case .characters: CharacterTokenizer()
    }
  }
}

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
  let batches: LengthBucketedBatches
  let codec: Codec
  private var cached: (epoch: Int, indices: [[Int]])?

  init(_ pairs: [TokenPair], _ data: DataConfiguration, codec: Codec) throws {
    batches = try LengthBucketedBatches(
      pairs, tokenBudget: data.tokensPerBatch, pairLimit: data.pairsPerBatch,
      lengthLimit: data.maximumLength, bucketWidth: data.bucketWidth, seed: data.seed)
    self.codec = codec
  }

  mutating func batchCount(epoch: Int) -> Int { indices(epoch).count }

  mutating func batch(epoch: Int, index: Int) -> TrainingBatch {
    codec.batch(batches.batch(indices(epoch)[index]))
  }

  private mutating func indices(_ epoch: Int) -> [[Int]] {
    if let cached, cached.epoch == epoch { return cached.indices }
    let indices = batches.batchIndices(epoch: epoch)
    cached = (epoch, indices)
    return indices
  }
}
