import ModelFiles

extension Vocabulary {
  /// The vocabulary as a text file: one token a line in the order of the numbers, special ones included.
  public var fileContents: String { tokens.map { $0 + "\n" }.joined() }

  /// Writes the vocabulary as a text file (temporary name, then renamed).
  /// - Throws: `FileError` of ModelFiles.
  public func write(to path: String) throws {
    try AtomicFile.write(fileContents, to: path)
  }

  /// Reads a vocabulary that `write(to:)` has written, or a text file of the same form.
  /// - Throws: `TextFileError` for text that is not UTF-8, an empty line, a token that is there twice, or
  ///   special tokens that are not on the first four lines in their order.
  public init(contentsOf path: String) throws(TextFileError) {
    try self.init(lines: TextFile.lines(of: path), file: TextFile.displayName(of: path))
  }

  init(lines: [String], file: String) throws(TextFileError) {
    for (index, expected) in Self.specialTokens.enumerated() {
      let found = index < lines.count ? lines[index] : nil
      if found != expected {
        throw TextFileError(
          file: file, line: index + 1, problem: .specialToken(expected: expected, found: found))
      }
    }
    var firstLines: [ExactString: Int] = [:]
    for (index, token) in lines.enumerated() {
      let line = index + 1
      // A carriage return is a line break to other readers, so a token cannot hold one.
      if !Self.isStorable(token) {
        throw TextFileError(
          file: file, line: line, problem: token.isEmpty ? .emptyToken : .lineBreak)
      }
      if let first = firstLines.updateValue(line, forKey: ExactString(token)) {
        throw TextFileError(
          file: file, line: line, problem: .duplicateToken(token, firstLine: first))
      }
    }
    self.init(lines.dropFirst(Self.specialTokens.count))
  }
}
