/// Inputs with one or more right outputs each, for evaluation.
public struct ReferenceSet: Sendable, Equatable {
  /// The inputs.
  public private(set) var inputs: [String]
  /// For each input, its right outputs; at least one.
  public private(set) var references: [[String]]
  /// How many entries were kept out because the input was blank or had no reference that is not.
  public private(set) var blankEntryCount = 0

  /// The number of inputs.
  public var count: Int { inputs.count }

  /// Reads a file of inputs, one a line, and the file of their references, where alternatives are separated
  /// by TAB. One of them may be `-`, standard input.
  ///
  /// Entries with a blank input, or with blank references only, are kept out and counted.
  /// - Throws: `TextFileError`.
  public init(inputs inputPath: String, references referencePath: String) throws(TextFileError) {
    let inputLines = try TextFile.lines(of: inputPath)
    let referenceLines = try TextFile.lines(of: referencePath)
    if inputLines.count != referenceLines.count {
      throw TextFileError(
        file: TextFile.displayName(of: inputPath),
        problem: .lineCounts(
          found: inputLines.count, otherFile: TextFile.displayName(of: referencePath),
          other: referenceLines.count))
    }
    inputs = []
    references = []
    for (input, line) in zip(inputLines, referenceLines) {
      let alternatives = line.columns.filter { !$0.isBlank }
      if input.isBlank || alternatives.isEmpty {
        blankEntryCount += 1
      } else {
        inputs.append(input)
        references.append(alternatives)
      }
    }
  }

  /// The distinct sources of a corpus in the order they first appear, each with all of its targets.
  public init(grouping corpus: ParallelCorpus) {
    inputs = []
    references = []
    var places: [ExactString: Int] = [:]
    for pair in corpus.pairs {
      let key = ExactString(pair.source)
      if let place = places[key] {
        references[place].append(pair.target)
      } else {
        places[key] = inputs.count
        inputs.append(pair.source)
        references.append([pair.target])
      }
    }
  }
}
