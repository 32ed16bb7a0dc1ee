internal import Tensors

/// Pairs of source and target texts.
///
/// Reading is strict: a line that is not UTF-8, a line without its tab and files of different length are
/// errors with file and line. Pairs of which one side or both are blank (nothing but white space) are kept
/// out, and `blankPairCount` says how many.
public struct ParallelCorpus: Sendable, Equatable {
  /// The pairs in the order of the file.
  public var pairs: [TextPair]
  /// How many pairs were kept out because a side was blank.
  public private(set) var blankPairCount = 0

  /// The number of pairs.
  public var count: Int { pairs.count }

  /// A corpus of pairs that are in memory, taken as they are.
  public init(_ pairs: some Sequence<TextPair>) { self.pairs = Array(pairs) }

  /// Reads lines of the form `SOURCE<TAB>TARGET`; `-` is standard input. Lines that are blank altogether need
  /// no tab.
  ///
  /// The training files of grapheme-to-phoneme conversion have this form (`WORD<TAB>P P P`).
  /// - Throws: `TextFileError`.
  public init(tsv path: String) throws(TextFileError) {
    try self.init(tsvLines: TextFile.lines(of: path), file: TextFile.displayName(of: path))
  }

  /// Reads two files of which line n of the one belongs to line n of the other. One of them may be `-`.
  /// - Throws: `TextFileError`.
  public init(source: String, target: String) throws(TextFileError) {
    let sources = try TextFile.lines(of: source)
    let targets = try TextFile.lines(of: target)
    if sources.count != targets.count {
      throw TextFileError(
        file: TextFile.displayName(of: source),
        problem: .lineCounts(
          found: sources.count, otherFile: TextFile.displayName(of: target), other: targets.count))
    }
    self.init([])
    for (source, target) in zip(sources, targets) { append(source, target) }
  }

  init(tsvLines lines: [String], file: String) throws(TextFileError) {
    self.init([])
    for (index, line) in lines.enumerated() {
      if line.isBlank {
        blankPairCount += 1
        continue
      }
      let columns = line.columns
      if columns.count != 2 {
        throw TextFileError(
          file: file, line: index + 1, problem: .columnCount(expected: 2, found: columns.count))
      }
      append(columns[0], columns[1])
    }
  }

  private mutating func append(_ source: String, _ target: String) {
    if source.isBlank || target.isBlank {
      blankPairCount += 1
    } else {
      pairs.append(TextPair(source: source, target: target))
    }
  }

  /// Divides the corpus by a seeded hash of the source text.
  ///
  /// All pairs of one source text go to the same side, so what is held out is new to a model that has seen
  /// the rest. Which side a text goes to depends on it and the seed alone, not on the rest of the corpus.
  /// - Parameter holdOutShare: The share of distinct source texts to hold out, 0 to 1, met on average.
  public func split(
    holdOutShare: Double, seed: UInt64
  ) -> (train: ParallelCorpus, heldOut: ParallelCorpus) {
    if !(0...1).contains(holdOutShare) {
      fatalError("ParallelCorpus.split: expected a share from 0 to 1, found \(holdOutShare)")
    }
    var train = ParallelCorpus([])
    var heldOut = ParallelCorpus([])
    for pair in pairs {
      // 53 bits, all that a Double holds exactly.
      let position = Double(stableHash(of: pair.source, seed: seed) >> 11) * 0x1p-53
      if position < holdOutShare { heldOut.pairs.append(pair) } else { train.pairs.append(pair) }
    }
    return (train, heldOut)
  }

  /// The pairs as numbers.
  public func encoded(
    source: some Tokenizer, _ sourceVocabulary: Vocabulary,
    target: some Tokenizer, _ targetVocabulary: Vocabulary
  ) -> [TokenPair] {
    pairs.map { pair in
      TokenPair(
        source: sourceVocabulary.encode(source.encode(pair.source)),
        target: targetVocabulary.encode(target.encode(pair.target)))
    }
  }
}

/// A hash of a text's UTF-8 bytes (FNV-1a, then mixed with the seed): the same in every process and on every
/// machine, unlike Swift's own.
private func stableHash(of text: String, seed: UInt64) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
  return mix(hash ^ mix(seed &+ 0x9E37_79B9_7F4A_7C15))
}

extension String {
  /// Whether there is nothing but white space.
  var isBlank: Bool { unicodeScalars.allSatisfy(\.properties.isWhitespace) }

  /// The parts between tabs. By bytes: a tab is never part of another character there.
  var columns: [String] {
    utf8.split(separator: 0x09, omittingEmptySubsequences: false).map { String(Substring($0)) }
  }
}
