/// Inputs with one or more right outputs each, for evaluation.
public struct ReferenceSet: Sendable {
  /// The inputs.
  public private(set) var inputs: [String]
  /// For each input, its right outputs; at least one.
  public private(set) var references: [[String]]
  /// The entries that were left out because the input was blank or had no reference that is not.
  public private(set) var blankEntries = Occurrences()
  /// How many entries were left out because the input was blank or had no reference that is not.
  public var blankEntryCount: Int { blankEntries.count }

  /// The number of inputs.
  public var count: Int { inputs.count }

  /// Reads lines of the form `INPUT<TAB>REFERENCE`, with any number of further references, each after a TAB;
  /// `-` is standard input.
  ///
  /// Entries with a blank input, or with blank references only, are left out and counted. The reference
  /// files of grapheme-to-phoneme conversion have this form (`WORD<TAB>P P P<TAB>P P P`).
  /// - Throws: `TextFileError`, for a line without a TAB among others.
  public init(tsv path: String) throws(TextFileError) {
    try self.init(lines: TextFile.lines(of: path), file: TextFile.displayName(of: path))
  }

  /// Reads a file of references as `init(tsv:)` does, and a file of the inputs alone, one a line, and checks
  /// that both have the same inputs in the same order.
  /// - Throws: `TextFileError`.
  public init(inputs inputPath: String, references referencePath: String) throws(TextFileError) {
    let inputLines = try TextFile.lines(of: inputPath)
    let referenceLines = try TextFile.lines(of: referencePath)
    let file = TextFile.displayName(of: referencePath)
    if inputLines.count != referenceLines.count {
      throw TextFileError(
        file: TextFile.displayName(of: inputPath),
        problem: .lineCounts(
          found: inputLines.count, otherFile: file, other: referenceLines.count))
    }
    for (index, (input, line)) in zip(inputLines, referenceLines).enumerated() {
      let found = line.columns[0]
      if ExactString(found) != ExactString(input) {
        throw TextFileError(
          file: file, line: index + 1, problem: .firstColumn(expected: input, found: found))
      }
    }
    try self.init(lines: referenceLines, file: file)
  }

  init(lines: [String], file: String) throws(TextFileError) {
    inputs = []
    references = []
    for (index, line) in lines.enumerated() {
      let columns = line.columns
      let alternatives = columns.dropFirst().filter { !$0.isBlank }
      if line.isBlank {
        blankEntries.add(at: TextPlace(file: file, line: index + 1))
      } else if columns.count < 2 {
        throw TextFileError(
          file: file, line: index + 1, problem: .columnCount(expected: 2, found: columns.count))
      } else if columns[0].isBlank || alternatives.isEmpty {
        blankEntries.add(at: TextPlace(file: file, line: index + 1))
      } else {
        inputs.append(columns[0])
        references.append(alternatives)
      }
    }
  }

  /// The distinct sources of a corpus in the order they first appear, each with all of its targets.
  public init(grouping corpus: ParallelCorpus) {
    let groups = corpus.indicesBySource()
    inputs = groups.map { corpus.pairs[$0[0]].source }
    references = groups.map { group in group.map { corpus.pairs[$0].target } }
  }
}

extension ReferenceSet: Equatable {
  /// Equal inputs and references, and as many left out; from which file does not matter.
  public static func == (a: ReferenceSet, b: ReferenceSet) -> Bool {
    a.inputs == b.inputs && a.references == b.references && a.blankEntryCount == b.blankEntryCount
  }
}
