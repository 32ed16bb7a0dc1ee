/// Reads the lines of a corpus one after the other and checks them.
struct PairScanner {
  /// The file or files; those that may exceed memory are in it as far as they are in use.
  struct Texts: Sendable {
    let files: CorpusFiles
    let source: TextBytes
    let target: TextBytes?

    init(_ files: CorpusFiles, mayExceedMemory: Bool = false) throws(TextFileError) {
      self.files = files
      switch files {
      case .tsv(let path):
        source = try TextBytes(path, mayExceedMemory: mayExceedMemory)
        target = nil
      case .parallel("-", "-"):
        throw TextFileError(file: files.name, problem: .standardInputTwice)
      case .parallel(let sourcePath, let targetPath):
        source = try TextBytes(sourcePath, mayExceedMemory: mayExceedMemory)
        target = try TextBytes(targetPath, mayExceedMemory: mayExceedMemory)
      }
    }
  }

  /// A place between two lines.
  struct Offset: Sendable, Equatable {
    var source = 0
    var target = 0
    /// How many lines there are before.
    var line = 0
  }

  private let texts: Texts
  private let name: String
  private var sources: LineScanner
  private var targets: LineScanner?
  /// How many lines have been read.
  private(set) var line: Int

  init(_ texts: Texts, from offset: Offset = Offset()) {
    self.texts = texts
    name = texts.files.name
    sources = LineScanner(texts.source.bytes, from: offset.source)
    targets = texts.target.map { LineScanner($0.bytes, from: offset.target) }
    line = offset.line
  }

  /// Where the next line is.
  var offset: Offset {
    Offset(source: sources.offset, target: targets?.offset ?? 0, line: line)
  }

  /// Gives the memory between a place and here back.
  func releaseMemory(from start: Offset) {
    texts.source.release(start.source..<offset.source)
    texts.target?.release(start.target..<offset.target)
  }

  /// The pair of the next line; the pair is nil where a side is blank, and the result at the end.
  mutating func next() throws(TextFileError) -> (place: TextPlace, pair: TextPair?)? {
    let source = sources.next()
    let target = targets?.next()
    if source == nil && target == nil { return nil }
    if targets != nil && (source == nil) != (target == nil) { throw lineCounts() }
    line += 1
    let place = TextPlace(file: name, line: line)
    guard let source else { return nil }
    let first = try TextFile.text(source, file: name, line: line)
    if let target, case .parallel(_, let path) = texts.files {
      let second = try TextFile.text(target, file: TextFile.displayName(of: path), line: line)
      return (place, Self.pair(first, second))
    }
    if first.isBlank { return (place, nil) }
    let columns = first.columns
    if columns.count != 2 {
      throw TextFileError(
        file: name, line: line, problem: .columnCount(expected: 2, found: columns.count))
    }
    return (place, Self.pair(columns[0], columns[1]))
  }

  private static func pair(_ source: String, _ target: String) -> TextPair? {
    source.isBlank || target.isBlank ? nil : TextPair(source: source, target: target)
  }

  /// One of two files has ended.
  private func lineCounts() -> TextFileError {
    func count(_ text: TextBytes?) -> Int {
      guard let text else { return 0 }
      var scanner = LineScanner(text.bytes)
      var count = 0
      while scanner.next() != nil { count += 1 }
      return count
    }
    var other = name
    if case .parallel(_, let path) = texts.files { other = TextFile.displayName(of: path) }
    return TextFileError(
      file: name,
      problem: .lineCounts(
        found: count(texts.source), otherFile: other, other: count(texts.target)))
  }
}
