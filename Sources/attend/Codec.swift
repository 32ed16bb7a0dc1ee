import AttentionKit
import Foundation

/// How text becomes the model's numbers and back: tokenizers and vocabularies of a run.
struct Codec {
  let source: any Tokenizer
  let target: any Tokenizer
  let sourceVocabulary: Vocabulary
  let targetVocabulary: Vocabulary
  /// The merges of the sides that have a byte-pair encoding.
  private let sourceEncoding: BytePairEncoding?
  private let targetEncoding: BytePairEncoding?

  static let sourceFile = "source_vocabulary.txt"
  static let targetFile = "target_vocabulary.txt"
  static let sourceCodesFile = "source_codes.bpe"
  static let targetCodesFile = "target_codes.bpe"

  /// - Parameter vocabularies: given the tokenizers of both sides.
  private init(
    _ data: DataConfiguration, sourceEncoding: BytePairEncoding?,
    targetEncoding: BytePairEncoding?,
    vocabularies: (any Tokenizer, any Tokenizer) throws -> (Vocabulary, Vocabulary)
  ) rethrows {
    self.sourceEncoding = sourceEncoding
    self.targetEncoding = targetEncoding
    source = data.sourceTokenizer.tokenizer(
      encoding: sourceEncoding, normalization: data.normalization)
    target = data.targetTokenizer.tokenizer(
      encoding: targetEncoding, normalization: data.normalization)
    (sourceVocabulary, targetVocabulary) = try vocabularies(source, target)
  }

  /// The codec of a checkpoint.
  init(_ data: DataConfiguration, checkpoint: Checkpoint) throws {
    func encoding(_ kind: DataConfiguration.TokenizerKind, _ file: String) throws
      -> BytePairEncoding?
    {
      kind == .bpe ? try BytePairEncoding(contentsOf: checkpoint.path + "/" + file) : nil
    }
    try self.init(
      data, sourceEncoding: encoding(data.sourceTokenizer, Self.sourceCodesFile),
      targetEncoding: encoding(data.targetTokenizer, Self.targetCodesFile)
    ) { _, _ in
      (
        try Vocabulary(contentsOf: checkpoint.path + "/" + Self.sourceFile),
        try Vocabulary(contentsOf: checkpoint.path + "/" + Self.targetFile)
      )
    }
  }

  /// The codec for a corpus: its merges learned or read, its vocabularies counted.
  init(_ data: DataConfiguration, counting corpus: ParallelCorpus) throws {
    if data.task != .files {
      self.init(data, sourceEncoding: nil, targetEncoding: nil) { _, _ in
        let vocabulary = SyntheticTask.vocabulary(symbolCount: data.symbolCount)
        return (vocabulary, vocabulary)
      }
      return
    }
    let sourceEncoding: BytePairEncoding?
    let targetEncoding: BytePairEncoding?
    if data.sourceTokenizer == .bpe && data.targetTokenizer == .bpe && data.sharesVocabulary {
      sourceEncoding = try data.encoding(
        learnedFrom: corpus.pairs.map(\.source) + corpus.pairs.map(\.target))
      targetEncoding = sourceEncoding
    } else {
      sourceEncoding =
        data.sourceTokenizer == .bpe
        ? try data.encoding(learnedFrom: corpus.pairs.map(\.source)) : nil
      targetEncoding =
        data.targetTokenizer == .bpe
        ? try data.encoding(learnedFrom: corpus.pairs.map(\.target)) : nil
    }
    self.init(data, sourceEncoding: sourceEncoding, targetEncoding: targetEncoding) {
      source, target in
      func vocabulary(_ counts: TokenCounts) -> Vocabulary {
        Vocabulary(
          counts, limit: data.vocabularyLimit, minimumFrequency: data.minimumFrequency)
      }
      var counts = TokenCounts(corpus.pairs.lazy.map { source.encode($0.source) })
      let targets = corpus.pairs.lazy.map { target.encode($0.target) }
      if data.sharesVocabulary {
        for tokens in targets { counts.add(tokens) }
        let joint = vocabulary(counts)
        return (joint, joint)
      }
      return (vocabulary(counts), vocabulary(TokenCounts(targets)))
    }
  }

  /// What a checkpoint needs to make the codec again.
  var files: [String: String] {
    var files = [
      Self.sourceFile: sourceVocabulary.fileContents,
      Self.targetFile: targetVocabulary.fileContents,
    ]
    files[Self.sourceCodesFile] = sourceEncoding?.fileContents
    files[Self.targetCodesFile] = targetEncoding?.fileContents
    return files
  }

  func encode(_ corpus: ParallelCorpus) -> [TokenPair] {
    corpus.pairs.map {
      TokenPair(source: encodeSource($0.source), target: encodeTarget($0.target))
    }
  }

  /// The pairs with merges left out at random.
  func encode(_ corpus: ParallelCorpus, dropoutRate: Double, seed: UInt64) -> [TokenPair] {
    func encode(_ text: String, _ tokenizer: any Tokenizer, _ seed: UInt64) -> [String] {
      (tokenizer as? any SamplingTokenizer)?
        .encode(text, dropoutRate: dropoutRate, seed: seed) ?? tokenizer.encode(text)
    }
    return corpus.pairs.enumerated().map { index, pair in
      let number = UInt64(2 * index)
      return TokenPair(
        source: sourceVocabulary.encode(
          encode(pair.source, source, combineSeeds(seed, number))),
        target: targetVocabulary.encode(
          encode(pair.target, target, combineSeeds(seed, number + 1))))
    }
  }

  func encodeSource(_ text: String) -> [Int] { sourceVocabulary.encode(source.encode(text)) }
  func encodeTarget(_ text: String) -> [Int] { targetVocabulary.encode(target.encode(text)) }
  func decodeTarget(_ tokens: [Int]) -> String { target.decode(targetVocabulary.decode(tokens)) }

  func batch(_ pairs: PairBatch) -> TrainingBatch {
    batch(sources: pairs.sources, targets: pairs.targets)
  }

  /// All pairs in their order, so many at a time: for scoring.
  func batches(_ pairs: [TokenPair], size: Int) -> [TrainingBatch] {
    stride(from: 0, to: pairs.count, by: size).map { start in
      let part = pairs[start..<min(pairs.count, start + size)]
      return batch(sources: part.map(\.source), targets: part.map(\.target))
    }
  }

  private func batch(sources: [[Int]], targets: [[Int]]) -> TrainingBatch {
    TrainingBatch(
      sources: sources, targets: targets, start: targetVocabulary.startID,
      end: targetVocabulary.endID, padding: targetVocabulary.paddingID)
  }
}

extension DataConfiguration {
  /// The merges of the file that is named, or learned from lines.
  fileprivate func encoding(learnedFrom lines: [String]) throws -> BytePairEncoding {
    if !bpeCodes.isEmpty { return try BytePairEncoding(contentsOf: bpeCodes) }
    return BytePairEncoding.learn(
      from: lines.map(normalization.applied(to:)), mergeCount: bpeMerges)
  }
}

extension DataConfiguration.TokenizerKind {
  /// - Parameter encoding: of `bpe`, and of nothing else.
  func tokenizer(encoding: BytePairEncoding?, normalization: UnicodeNormalization)
    -> any Tokenizer
  {
    let tokenizer: any Tokenizer =
      switch self {
      case .words: WordTokenizer()
      case .characters: CharacterTokenizer()
      case .bpe: BPETokenizer(encoding ?? BytePairEncoding([]))
      }
    return normalization == .none
      ? tokenizer : NormalizingTokenizer(tokenizer, form: normalization)
  }
}
