import ModelFiles

/// Reads the lines of a corpus one after the other and checks them.
struct PairScanner {
  /// The file or files; those that may exceed memory are in it as far as they are in use.
  struct Texts: Sendable {
    let files: CorpusFiles
    let source: TextBytes
    let target: TextBytes?

    init(_ files: CorpusFiles, mayExceedMemory: Bool = false) throws(TextFileError) {
      switch files {
      case .tsv(let path):
        self.init(files, try TextBytes(path, mayExceedMemory: mayExceedMemory), nil)
      case .parallel("-", "-"):
        throw TextFileError(file: files.name, problem: .standardInputTwice)
      case .parallel(let sourcePath, let targetPath):
        self.init(
          files, try TextBytes(sourcePath, mayExceedMemory: mayExceedMemory),
          try TextBytes(targetPath, mayExceedMemory: mayExceedMemory))
      }
    }

    private init(_ files: CorpusFiles, _ source: TextBytes, _ target: TextBytes?) {
      (self.files, self.source, self.target) = (files, source, target)
    }

    /// What stands between two places, in memory.
    func part(from start: Offset, to end: Offset) throws(TextFileError) -> Texts {
      let source = try source.part(start.source..<end.source)
      guard let target else { return Texts(files, source, nil) }
      return Texts(files, source, try target.part(start.target..<end.target))
    }

    /// Of the bytes, which are in memory.
    var checksums: [UInt32] { [source, target].map { $0.map { CRC32.of($0.bytes) } ?? 0 } }
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

  /// - Parameter line: of a part of the files, how many lines there are before it; nil: all of the files.
  init(_ texts: Texts, after line: Int? = nil) throws(TextFileError) {
    self.texts = texts
    name = texts.files.name
    sources = try LineScanner(texts.source, isPart: line != nil)
    if let target = texts.target { targets = try LineScanner(target, isPart: line != nil) }
    self.line = line ?? 0
  }

  /// Where the next line is.
  var offset: Offset {
    Offset(source: sources.offset, target: targets?.offset ?? 0, line: line)
  }

  /// The pair of the next line; the pair is nil where a side is blank, and the result at the end.
  mutating func next() throws(TextFileError) -> (place: TextPlace, pair: TextPair?)? {
    let source = try sources.next()
    let target = try targets?.next()
    if source == nil && target == nil { return nil }
    if targets != nil && (source == nil) != (target == nil) { throw try lineCounts() }
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
  private func lineCounts() throws(TextFileError) -> TextFileError {
    func count(_ text: TextBytes?) throws(TextFileError) -> Int {
      guard let text else { return 0 }
      var scanner = try LineScanner(text)
      var count = 0
      while try scanner.next() != nil { count += 1 }
      return count
    }
    var other = name
    if case .parallel(_, let path) = texts.files { other = TextFile.displayName(of: path) }
    return TextFileError(
      file: name,
      problem: .lineCounts(
        found: try count(texts.source), otherFile: other, other: try count(texts.target)))
  }
}
