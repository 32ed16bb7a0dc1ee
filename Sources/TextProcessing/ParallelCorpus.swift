/// Pairs of source and target texts.
///
/// Reading is strict, and ``TextFile`` lists what happens to which input. Pairs of which one side or both are
/// blank (nothing but white space) are left out, and `blankPairs` says how many and where.
public struct ParallelCorpus: Sendable {
  /// The pairs in the order of the file.
  public private(set) var pairs: [TextPair] = []
  /// The pairs that were left out because a side was blank.
  public private(set) var blankPairs = Occurrences()
  /// The files of the pairs and the line of each, where they come from files.
  private var files: CorpusFiles?
  private var lines: [Int] = []

  /// The number of pairs.
  public var count: Int { pairs.count }
  /// How many pairs were left out because a side was blank.
  public var blankPairCount: Int { blankPairs.count }

  /// A corpus of pairs that are in memory, taken as they are.
  public init(_ pairs: some Sequence<TextPair>) { self.pairs = Array(pairs) }

  /// Reads one file or two.
  /// - Throws: `TextFileError`.
  public init(_ files: CorpusFiles) throws(TextFileError) {
    self.files = files
    var scanner = try PairScanner(PairScanner.Texts(files))
    while let (place, pair) = try scanner.next() {
      if let pair {
        pairs.append(pair)
        lines.append(place.line)
      } else {
        blankPairs.add(at: place)
      }
    }
  }

  /// Reads lines of the form `SOURCE<TAB>TARGET`; `-` is standard input. Lines that are blank altogether need
  /// no tab.
  ///
  /// The training files of grapheme-to-phoneme conversion have this form (`WORD<TAB>P P P`).
  /// - Throws: `TextFileError`.
  public init(tsv path: String) throws(TextFileError) { try self.init(.tsv(path)) }

  /// Reads two files of which line n of the one belongs to line n of the other. One of them may be `-`.
  /// - Throws: `TextFileError`.
  public init(source: String, target: String) throws(TextFileError) {
    try self.init(.parallel(source: source, target: target))
  }

  /// The line that a pair was read from; of two files, that of the sources is named.
  public func place(of index: Int) -> TextPlace? { place(of: index, .source) }

  /// The line that a side of a pair was read from.
  func place(of index: Int, _ side: Side) -> TextPlace? {
    files.map { TextPlace(file: $0.name(of: side), line: lines[index]) }
  }

  /// Divides the corpus by the source texts.
  ///
  /// - Parameters:
  ///   - holdOutShare: the share of distinct source texts to hold out, 0 to 1, met on average.
  ///   - seed: of the choice, as in ``HeldOutShare``.
  public func split(
    holdOutShare: Double, seed: UInt64
  ) -> (train: ParallelCorpus, heldOut: ParallelCorpus) {
    let choice = HeldOutShare(holdOutShare, seed: seed)
    var train = ParallelCorpus([])
    var heldOut = ParallelCorpus([])
    train.files = files
    heldOut.files = files
    for (index, pair) in pairs.enumerated() {
      func append(to part: inout ParallelCorpus) {
        part.pairs.append(pair)
        if files != nil { part.lines.append(lines[index]) }
      }
      if choice.contains(pair.source) { append(to: &heldOut) } else { append(to: &train) }
    }
    return (train, heldOut)
  }

  /// The pairs of each distinct source, by their indices; sources in the order they first appear.
  public func indicesBySource() -> [[Int]] {
    var groups: [[Int]] = []
    var places: [ExactString: Int] = [:]
    for (index, pair) in pairs.enumerated() {
      let key = ExactString(pair.source)
      if let place = places[key] {
        groups[place].append(index)
      } else {
        places[key] = groups.count
        groups.append([index])
      }
    }
    return groups
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

extension ParallelCorpus: Equatable {
  /// Equal pairs, and as many left out; from which file does not matter.
  public static func == (a: ParallelCorpus, b: ParallelCorpus) -> Bool {
    a.pairs == b.pairs && a.blankPairCount == b.blankPairCount
  }
}

extension String {
  /// Whether there is nothing but white space.
  var isBlank: Bool { unicodeScalars.allSatisfy(\.properties.isWhitespace) }

  /// The parts between tabs. By bytes: a tab is never part of another character there.
  var columns: [String] {
    utf8.split(separator: 0x09, omittingEmptySubsequences: false).map { String(Substring($0)) }
  }
}
