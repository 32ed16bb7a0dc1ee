import AttentionKit
import Foundation

/// Where text comes from and how it becomes tokens.
struct DataConfiguration: Codable, Equatable {
  enum Task: String, Codable { case files, copy, reverse, sort }
  enum TokenizerKind: String, Codable, CaseIterable {
    case words, characters, bpe, sentencePiece
  }

  /// `files` reads ``train``; the others make sequences up.
  var task = Task.files
  /// A file of `SOURCE<TAB>TARGET` lines, or two files of which line n of the one belongs to line n of the
  /// other; with `*`, several files.
  var train = ""
  var trainSource = ""
  var trainTarget = ""
  /// Whether the training text stays in its files and is read in blocks; several files always do.
  var streaming = false
  /// The like for validation; all empty: part of the training pairs is held out.
  var validation = ""
  var validationSource = ""
  var validationTarget = ""
  /// The share of distinct sources that is held out, and the seed of the choice.
  var heldOutShare = 0.02
  var seed: UInt64 = 1
  var sourceTokenizer = TokenizerKind.words
  var targetTokenizer = TokenizerKind.words
  /// The form that text is brought into first.
  var normalization = UnicodeNormalization.none
  /// The merges of `bpe`: read from a file, or so many learned from the training text, of both sides together
  /// where they share a vocabulary.
  var bpeCodes = ""
  var bpeMerges = 10_000
  /// The probability that a merge is left out in training (BPE-dropout).
  var bpeDropout = 0.0
  /// The models of `sentencePiece`, such as source.spm and target.spm of OPUS-MT.
  var sourcePieces = ""
  var targetPieces = ""
  /// Whether sources end in the end token, as those of Marian's models do.
  var appendsSourceEnd = false
  /// One vocabulary for source and target.
  var sharesVocabulary = false
  var vocabularyLimit = 50_000
  var minimumFrequency = 1
  /// Sequences with more tokens are left out of training.
  var maximumLength = 256
  /// Tokens in a batch, on each side, padding counted; and pairs in a batch.
  var tokensPerBatch = 4096
  var pairsPerBatch = 512
  /// How far lengths in a batch may differ: 1 gives the least padding, more gives batches that are more alike.
  var bucketWidth = 1
  /// For the made-up tasks.
  var pairCount = 10_000
  var symbolCount = 20
  var shortest = 1
  var longest = 10

  /// Whether tokens and their numbers mean the same.
  func cutsTextLike(_ other: DataConfiguration) -> Bool {
    (task == .files) == (other.task == .files) && symbolCount == other.symbolCount
      && hasTokenizers(of: other) && sharesVocabulary == other.sharesVocabulary
      && appendsSourceEnd == other.appendsSourceEnd
  }

  /// Whether text is cut by the same kinds of tokenizers.
  func hasTokenizers(of other: DataConfiguration) -> Bool {
    sourceTokenizer == other.sourceTokenizer && targetTokenizer == other.targetTokenizer
      && normalization == other.normalization
  }

  /// Makes sure that the numbers describe batches.
  func validate() throws {
    for (field, value) in [
      ("vocabularyLimit", vocabularyLimit), ("minimumFrequency", minimumFrequency),
      ("maximumLength", maximumLength), ("tokensPerBatch", tokensPerBatch),
      ("pairsPerBatch", pairsPerBatch), ("bucketWidth", bucketWidth),
      ("bpeMerges", bpeMerges),
      ("pairCount", pairCount), ("symbolCount", symbolCount),
      ("shortest", shortest),
    ] where value < 1 {
      throw ConfigurationFileError(
        origin: "data.\(field)", problem: "expected a whole number of at least 1, found \(value)")
    }
    if !(0...1).contains(bpeDropout) {
      throw ConfigurationFileError(
        origin: "data.bpeDropout", problem: "expected 0 to 1, found \(bpeDropout)")
    }
    if longest < shortest {
      throw ConfigurationFileError(
        origin: "data.longest",
        problem: "expected at least data.shortest, \(shortest), found \(longest)")
    }
    if !(heldOutShare >= 0 && heldOutShare < 1) {
      throw ConfigurationFileError(
        origin: "data.heldOutShare",
        problem: "expected at least 0 and less than 1, found \(heldOutShare)")
    }
  }
}
