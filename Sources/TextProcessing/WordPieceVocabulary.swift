import ModelFiles

/// The word pieces that a BERT knows, numbered from 0 in the order of its file `vocab.txt`.
///
/// A piece that goes on with a word begins with `##`. The special tokens may stand anywhere in the file. Two pieces
/// are the same only if their bytes are.
public struct WordPieceVocabulary: Sendable {
  /// What stands before a piece that does not begin a word.
  public static let continuation = "##"

  /// A token with a meaning of its own. Every vocabulary has all of them.
  public enum SpecialToken: String, Sendable, CaseIterable {
    /// Fills up short sequences of a batch.
    case padding = "[PAD]"
    /// Stands for a word that cannot be put together from pieces.
    case unknown = "[UNK]"
    /// Begins every sequence.
    case classification = "[CLS]"
    /// Ends every sequence.
    case separator = "[SEP]"
    /// Hides a piece that the model is to guess.
    case mask = "[MASK]"
  }

  /// All pieces; a piece's index is its number.
  public let pieces: [String]
  /// The length of the longest piece in Unicode scalars, the mark of a continuation included.
  let longestPiece: Int
  private let ids: [ExactString: Int]
  private let specialIDs: [SpecialToken: Int]

  /// The number of pieces, special tokens included.
  public var count: Int { pieces.count }

  /// The number of a piece; `nil` when it is not there.
  public func id(of piece: String) -> Int? { ids[ExactString(piece)] }

  /// The number of a special token.
  public func id(of token: SpecialToken) -> Int {
    // All are there since `init`.
    specialIDs[token]!
  }

  /// The piece of a number below `count`.
  public subscript(id: Int) -> String {
    if !pieces.indices.contains(id) {
      fatalError("WordPieceVocabulary: the number \(id) is outside a vocabulary of \(count) pieces")
    }
    return pieces[id]
  }

  /// The vocabulary as a text file: one piece a line in the order of the numbers.
  public var fileContents: String { pieces.map { $0 + "\n" }.joined() }

  /// Writes the vocabulary as a text file (temporary name, then renamed).
  /// - Throws: `FileError` of ModelFiles.
  public func write(to path: String) throws {
    try AtomicFile.write(fileContents, to: path)
  }

  /// Reads a file `vocab.txt`: one piece a line.
  /// - Throws: `TextFileError` for text that is not UTF-8, an empty line, a piece that is there twice, or a special
  ///   token that is not there.
  public init(contentsOf path: String) throws(TextFileError) {
    try self.init(lines: TextFile.lines(of: path), file: TextFile.displayName(of: path))
  }

  init(lines: [String], file: String) throws(TextFileError) {
    var ids: [ExactString: Int] = [:]
    for (id, piece) in lines.enumerated() {
      if !Vocabulary.isStorable(piece) {
        throw TextFileError(
          file: file, line: id + 1, problem: piece.isEmpty ? .emptyToken : .lineBreak)
      }
      if let first = ids.updateValue(id, forKey: ExactString(piece)) {
        throw TextFileError(
          file: file, line: id + 1, problem: .duplicateToken(piece, firstLine: first + 1))
      }
    }
    var specialIDs: [SpecialToken: Int] = [:]
    for token in SpecialToken.allCases {
      guard let id = ids[ExactString(token.rawValue)] else {
        throw TextFileError(
          file: file, problem: .missingToken(token.rawValue, lineCount: lines.count))
      }
      specialIDs[token] = id
    }
    pieces = lines
    self.ids = ids
    self.specialIDs = specialIDs
    longestPiece = lines.map { $0.unicodeScalars.count }.max() ?? 0
  }
}

extension WordPieceVocabulary: Equatable {
  /// Equal pieces with equal numbers.
  public static func == (a: WordPieceVocabulary, b: WordPieceVocabulary) -> Bool {
    a.pieces.lazy.map(ExactString.init).elementsEqual(b.pieces.lazy.map(ExactString.init))
  }
}
