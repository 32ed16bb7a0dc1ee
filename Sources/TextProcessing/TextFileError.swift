/// Text that could not be read: which file, which line, what was expected and what was found.
public struct TextFileError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// The file cannot be opened or read; the reason in words.
    case unreadable(reason: String)
    /// These lines are not what they were when the file was opened.
    case changed(lines: ClosedRange<Int>)
    /// The file is compressed and the program `gzip` cannot be started; the reason in words.
    case noGzip(reason: String)
    /// The compressed data are damaged or followed by others; the reason in gzip's words.
    case damagedGzip(reason: String)
    /// The line is not valid UTF-8; the position of the first wrong byte in the line, from 1.
    case invalidUTF8(byte: Int)
    /// The line should have `expected` columns separated by TAB and has another number.
    case columnCount(expected: Int, found: Int)
    /// The line belongs to an input of another file and begins with another one.
    case firstColumn(expected: String, found: String)
    /// Two files that belong together line by line have different numbers of lines.
    case lineCounts(found: Int, otherFile: String, other: Int)
    /// Standard input is named as both of two files.
    case standardInputTwice
    /// A vocabulary with an empty line.
    case emptyToken
    /// A vocabulary with a carriage return inside a token.
    case lineBreak
    /// A vocabulary with the same token on two lines.
    case duplicateToken(String, firstLine: Int)
    /// A vocabulary that does not begin with the special tokens in their order.
    case specialToken(expected: String, found: String?)
    /// A vocabulary of word pieces without a special token on any of its lines.
    case missingToken(String, lineCount: Int)
    /// A file of merges that does not begin with the version of its format.
    case codesVersion(expected: String, found: String?)
    /// A line of a file of merges that is not two symbols with a space between.
    case merge(String)
    /// A file that is no model of SentencePiece; the reason in its words.
    case sentencePieces(reason: String)
  }

  /// The file's path, or "standard input".
  public let file: String
  /// The line, from 1, where one is to blame.
  public let line: Int?
  /// What is wrong.
  public let problem: Problem

  /// `line` counts from 1; nil where no line is to blame.
  public init(file: String, line: Int? = nil, problem: Problem) {
    self.file = file
    self.line = line
    self.problem = problem
  }

  /// The text for a person.
  public var description: String {
    let place = line.map { "\(file):\($0)" } ?? file
    switch problem {
    case .unreadable(let reason):
      return "\(place): cannot read: \(reason)"
    case .changed(let lines):
      return
        "\(place): expected lines \(lines.lowerBound) to \(lines.upperBound) as they were when it was opened, "
        + "found others"
    case .noGzip(let reason):
      return "\(place): is compressed, and the program gzip cannot be started: \(reason)"
    case .damagedGzip(let reason):
      return "\(place): cannot decompress: \(reason)"
    case .invalidUTF8(let byte):
      return "\(place): expected UTF-8, found an invalid byte at position \(byte) of the line"
    case .columnCount(let expected, let found):
      return "\(place): expected \(expected) columns separated by TAB, found \(found)"
    case .firstColumn(let expected, let found):
      return "\(place): expected the first column '\(expected)', found '\(found)'"
    case .lineCounts(let found, let otherFile, let other):
      return "\(place): has \(found) lines but \(otherFile) has \(other); "
        + "line n of the one belongs to line n of the other"
    case .standardInputTwice:
      return "\(place): can be one of two files that belong together, and was named as both"
    case .emptyToken:
      return "\(place): expected a token, found an empty line"
    case .lineBreak:
      return "\(place): expected a token, found a carriage return inside the line"
    case .duplicateToken(let token, let firstLine):
      return "\(place): the token '\(token)' stands on line \(firstLine) already"
    case .missingToken(let token, let lineCount):
      return
        "\(place): expected the special token '\(token)', found it on none of \(lineCount) lines"
    case .codesVersion(let expected, let found):
      return "\(place): expected '\(expected)', found "
        + (found.map { "'\($0)'" } ?? "the end of the file")
    case .sentencePieces(let reason):
      return "\(place): expected a model of SentencePiece: \(reason)"
    case .merge(let line):
      return "\(place): expected two symbols with one space between, found '\(line)'"
    case .specialToken(let expected, let found):
      return "\(place): expected the special token '\(expected)', found "
        + (found.map { "'\($0)'" } ?? "the end of the file")
    }
  }
}
