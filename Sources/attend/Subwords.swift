import AttentionKit
import Foundation

/// What cuts words into smaller tokens.
enum Subwords: Equatable {
  /// Of byte-pair encoding.
  case merges(BytePairEncoding)
  /// What a file of SentencePiece holds.
  case pieces([UInt8])

  /// Reads the file of a tokenizer; nil for a tokenizer that needs none.
  init?(_ kind: DataConfiguration.TokenizerKind, contentsOf path: String) throws {
    switch kind {
    case .words, .characters: return nil
    case .bpe: self = .merges(try BytePairEncoding(contentsOf: path))
    case .sentencePiece: self = .pieces(try Self.pieces(contentsOf: path))
    }
  }

  private static func pieces(contentsOf path: String) throws -> [UInt8] {
    #if SentencePiece
      return try SentencePieceTokenizer(contentsOf: path).contents
    #else
      throw withoutSentencePiece(path)
    #endif
  }

  /// A tokenizer of pieces.
  fileprivate static func tokenizer(pieces contents: [UInt8]) throws -> any Tokenizer {
    #if SentencePiece
      let file = "the SentencePiece model"
      return LanguageCodeTokenizer(try SentencePieceTokenizer(contents, file: file))
    #else
      throw withoutSentencePiece("the tokenizer sentencePiece")
    #endif
  }

  #if !SentencePiece
    private static func withoutSentencePiece(_ origin: String) -> ConfigurationFileError {
      ConfigurationFileError(
        origin: origin,
        problem:
          "this program was built without SentencePiece; build it with --traits SentencePiece")
    }
  #endif

  /// The tokenizer that it belongs to.
  var kind: DataConfiguration.TokenizerKind {
    switch self {
    case .merges: .bpe
    case .pieces: .sentencePiece
    }
  }

  /// What its file is called in a checkpoint.
  static func fileName(_ kind: DataConfiguration.TokenizerKind, _ side: String) -> String {
    kind == .sentencePiece ? side + "_pieces.spm" : side + "_codes.bpe"
  }

  /// What is written to that file.
  var fileContents: Data {
    switch self {
    case .merges(let encoding): Data(encoding.fileContents.utf8)
    case .pieces(let contents): Data(contents)
    }
  }
}

extension DataConfiguration {
  /// What cuts the words of both sides: of the files that are named, or, for `bpe`, learned from the text, of both sides
  /// together where they share a vocabulary.
  func subwords(_ text: TrainingText) throws -> (source: Subwords?, target: Subwords?) {
    let merges = try merges(text)
    func subwords(_ kind: TokenizerKind, pieces: String, key: String) throws -> Subwords? {
      if kind == .sentencePiece && pieces.isEmpty {
        throw ConfigurationFileError(
          origin: "data.\(key)", problem: "expected the file of a SentencePiece model, found none")
      }
      return try Subwords(kind, contentsOf: pieces)
    }
    return (
      try merges.source.map(Subwords.merges)
        ?? subwords(sourceTokenizer, pieces: sourcePieces, key: "sourcePieces"),
      try merges.target.map(Subwords.merges)
        ?? subwords(targetTokenizer, pieces: targetPieces, key: "targetPieces")
    )
  }

  private func merges(_ text: TrainingText) throws -> (
    source: BytePairEncoding?, target: BytePairEncoding?
  ) {
    let (cutsSource, cutsTarget) = (sourceTokenizer == .bpe, targetTokenizer == .bpe)
    if !bpeCodes.isEmpty && (cutsSource || cutsTarget) {
      let encoding = try BytePairEncoding(contentsOf: bpeCodes)
      return (cutsSource ? encoding : nil, cutsTarget ? encoding : nil)
    }
    var (sourceWords, targetWords) = (TokenCounts(), TokenCounts())
    if cutsSource || cutsTarget {
      try text.forEach { pair in
        func count(_ text: String, in words: inout TokenCounts) {
          BytePairEncoding.addWords(of: normalization.applied(to: text), to: &words)
        }
        if cutsSource { count(pair.source, in: &sourceWords) }
        if cutsTarget { count(pair.target, in: &targetWords) }
      }
    }
    func learned(_ words: TokenCounts) -> BytePairEncoding {
      BytePairEncoding.learn(fromWords: words, mergeCount: bpeMerges)
    }
    if cutsSource && cutsTarget && sharesVocabulary {
      sourceWords.add(targetWords)
      let encoding = learned(sourceWords)
      return (encoding, encoding)
    }
    return (cutsSource ? learned(sourceWords) : nil, cutsTarget ? learned(targetWords) : nil)
  }
}

extension DataConfiguration.TokenizerKind {
  /// - Parameter subwords: of `bpe` and `sentencePiece`, and of nothing else.
  func tokenizer(subwords: Subwords?, normalization: UnicodeNormalization) throws -> any Tokenizer {
    let tokenizer: any Tokenizer =
      switch (self, subwords) {
      case (.words, _): WordTokenizer()
      case (.characters, _): CharacterTokenizer()
      case (.bpe, .merges(let encoding)): BPETokenizer(encoding)
      case (.sentencePiece, .pieces(let contents)): try Subwords.tokenizer(pieces: contents)
      // Made-up tasks have no text to cut.
      case (.bpe, _), (.sentencePiece, _): WordTokenizer()
      }
    return normalization == .none
      ? tokenizer : NormalizingTokenizer(tokenizer, form: normalization)
  }
}
