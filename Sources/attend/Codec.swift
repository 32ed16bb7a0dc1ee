import AttentionKit
import Foundation

/// How text becomes the model's numbers and back: tokenizers and vocabularies of a run.
struct Codec {
  let source: any Tokenizer
  let target: any Tokenizer
  let sourceVocabulary: Vocabulary
  let targetVocabulary: Vocabulary
  private let appendsSourceEnd: Bool
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
    appendsSourceEnd = data.appendsSourceEnd
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
  init(_ data: DataConfiguration, counting text: TrainingText) throws {
    if data.task != .files {
      self.init(data, sourceEncoding: nil, targetEncoding: nil) { _, _ in
        let vocabulary = SyntheticTask.vocabulary(symbolCount: data.symbolCount)
        return (vocabulary, vocabulary)
      }
      return
    }
    let (sources, targets) = (text.pairs.lazy.map(\.source), text.pairs.lazy.map(\.target))
    let (sourceEncoding, targetEncoding) = try data.encodings(sources, targets)
    self.init(data, sourceEncoding: sourceEncoding, targetEncoding: targetEncoding) {
      source, target in
      func vocabulary(_ counts: TokenCounts) -> Vocabulary {
        Vocabulary(
          counts, limit: data.vocabularyLimit, minimumFrequency: data.minimumFrequency)
      }
      var counts = TokenCounts(sources.map(source.encode))
      if data.sharesVocabulary {
        for text in targets { counts.add(target.encode(text)) }
        let joint = vocabulary(counts)
        return (joint, joint)
      }
      return (vocabulary(counts), vocabulary(TokenCounts(targets.map(target.encode))))
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

extension DataConfiguration {
  /// The merges of the sides that are cut by `bpe`: of the file that is named, or learned from the text, of both
  /// sides together where they share a vocabulary.
  fileprivate func encodings(_ sources: some Sequence<String>, _ targets: some Sequence<String>)
    throws -> (source: BytePairEncoding?, target: BytePairEncoding?)
  {
    let (cutsSource, cutsTarget) = (sourceTokenizer == .bpe, targetTokenizer == .bpe)
    if !bpeCodes.isEmpty && (cutsSource || cutsTarget) {
      let encoding = try BytePairEncoding(contentsOf: bpeCodes)
      return (cutsSource ? encoding : nil, cutsTarget ? encoding : nil)
    }
    func words(_ texts: some Sequence<String>) -> TokenCounts {
      BytePairEncoding.wordCounts(texts.lazy.map(normalization.applied(to:)))
    }
    func learned(_ words: TokenCounts) -> BytePairEncoding {
      BytePairEncoding.learn(fromWords: words, mergeCount: bpeMerges)
    }
    if cutsSource && cutsTarget && sharesVocabulary {
      // Counted one after the other, so that neither text is in memory.
      let encoding = learned(words([AnySequence(sources), AnySequence(targets)].lazy.joined()))
      return (encoding, encoding)
    }
    return (
      cutsSource ? learned(words(sources)) : nil, cutsTarget ? learned(words(targets)) : nil
    )
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
