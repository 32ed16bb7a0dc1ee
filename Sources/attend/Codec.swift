import AttentionKit
import Foundation

/// How text becomes the model's numbers and back: tokenizers and vocabularies of a run.
struct Codec {
  let source: any Tokenizer
  let target: any Tokenizer
  let sourceVocabulary: Vocabulary
  let targetVocabulary: Vocabulary
  private let appendsSourceEnd: Bool
  /// What cuts words on the sides where something does.
  private let sourceSubwords: Subwords?
  private let targetSubwords: Subwords?

  static let sourceFile = "source_vocabulary.txt"
  static let targetFile = "target_vocabulary.txt"

  /// - Parameter vocabularies: given the tokenizers of both sides.
  private init(
    _ data: DataConfiguration, subwords: (source: Subwords?, target: Subwords?),
    vocabularies: (any Tokenizer, any Tokenizer) throws -> (Vocabulary, Vocabulary)
  ) throws {
    appendsSourceEnd = data.appendsSourceEnd
    (sourceSubwords, targetSubwords) = subwords
    source = try data.sourceTokenizer.tokenizer(
      subwords: subwords.source, normalization: data.normalization)
    target = try data.targetTokenizer.tokenizer(
      subwords: subwords.target, normalization: data.normalization)
    (sourceVocabulary, targetVocabulary) = try vocabularies(source, target)
  }

  /// Whether merges and vocabularies are the same; what kinds of tokenizers there are is the configuration's matter.
  func agrees(with other: Codec) -> Bool {
    func bytes(_ vocabulary: Vocabulary) -> [[UInt8]] { vocabulary.tokens.map { Array($0.utf8) } }
    return appendsSourceEnd == other.appendsSourceEnd
      && sourceSubwords == other.sourceSubwords && targetSubwords == other.targetSubwords
      && bytes(sourceVocabulary) == bytes(other.sourceVocabulary)
      && bytes(targetVocabulary) == bytes(other.targetVocabulary)
  }

  /// The codec of a checkpoint.
  init(_ data: DataConfiguration, checkpoint: Checkpoint) throws {
    func subwords(_ kind: DataConfiguration.TokenizerKind, _ side: String) throws -> Subwords? {
      try Subwords(kind, contentsOf: checkpoint.path + "/" + Subwords.fileName(kind, side))
    }
    try self.init(
      data,
      subwords: (
        subwords(data.sourceTokenizer, "source"), subwords(data.targetTokenizer, "target")
      )
    ) { _, _ in
      (
        try Vocabulary(contentsOf: checkpoint.path + "/" + Self.sourceFile),
        try Vocabulary(contentsOf: checkpoint.path + "/" + Self.targetFile)
      )
    }
  }

  /// The codec for a corpus: its merges learned or read, its vocabularies counted.
  init(_ data: DataConfiguration, counting text: TrainingText) throws {
    if data.task != .files {
      try self.init(data, subwords: (nil, nil)) { _, _ in
        let vocabulary = SyntheticTask.vocabulary(symbolCount: data.symbolCount)
        return (vocabulary, vocabulary)
      }
      return
    }
    try self.init(data, subwords: data.subwords(text)) { source, target in
      func vocabulary(_ counts: TokenCounts) -> Vocabulary {
        Vocabulary(
          counts, limit: data.vocabularyLimit, minimumFrequency: data.minimumFrequency)
      }
      var (sourceCounts, targetCounts) = (TokenCounts(), TokenCounts())
      try text.forEach { pair in
        sourceCounts.add(source.encode(pair.source))
        targetCounts.add(target.encode(pair.target))
      }
      if data.sharesVocabulary {
        sourceCounts.add(targetCounts)
        let joint = vocabulary(sourceCounts)
        return (joint, joint)
      }
      return (vocabulary(sourceCounts), vocabulary(targetCounts))
    }
  }

  /// What a checkpoint needs to make the codec again.
  var files: [String: Data] {
    var files = [
      Self.sourceFile: Data(sourceVocabulary.fileContents.utf8),
      Self.targetFile: Data(targetVocabulary.fileContents.utf8),
    ]
    for (side, subwords) in [("source", sourceSubwords), ("target", targetSubwords)] {
      if let subwords { files[Subwords.fileName(subwords.kind, side)] = subwords.fileContents }
    }
    return files
  }

  func encode(_ pair: TextPair) -> TokenPair {
    TokenPair(source: encodeSource(pair.source), target: encodeTarget(pair.target))
  }

  /// A pair as it is in an epoch of training: with BPE-dropout, cut anew in each.
  ///
  /// - Parameter number: of the pair in its corpus.
  func encode(_ pair: TextPair, number: Int, epoch: Int, _ data: DataConfiguration) -> TokenPair {
    if data.bpeDropout == 0 { return encode(pair) }
    func cut(_ text: String, _ tokenizer: any Tokenizer, side: Int) -> [String] {
      (tokenizer as? any SamplingTokenizer)?
        .encode(
          text, dropoutRate: data.bpeDropout,
          seed: combineSeeds(data.seed, UInt64(epoch), UInt64(2 * number + side)))
        ?? tokenizer.encode(text)
    }
    return TokenPair(
      source: encodeSource(cut(pair.source, source, side: 0)),
      target: targetVocabulary.encode(cut(pair.target, target, side: 1)))
  }

  func encodeSource(_ text: String) -> [Int] { encodeSource(source.encode(text)) }

  /// The numbers of a source that is cut into tokens, with the end token where sources have one.
  func encodeSource(_ tokens: [String]) -> [Int] {
    // Nothing stays nothing: a source without tokens has no output.
    let ids = sourceVocabulary.encode(tokens)
    return appendsSourceEnd && !ids.isEmpty ? ids + [sourceVocabulary.endID] : ids
  }

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
