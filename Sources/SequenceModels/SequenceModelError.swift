/// Input that a model cannot take.
public enum SequenceModelError: Error, Equatable, CustomStringConvertible {
  /// A token number is outside the vocabulary.
  case unknownToken(token: Int, vocabularySize: Int, row: Int, column: Int)
  /// Sources and targets are not equally many.
  case unequalCounts(sources: Int, targets: Int)
  /// Models of an ensemble have different numbers of source or target tokens.
  case unequalVocabularies(side: String, first: Int, other: Int)

  /// The text for a person.
  public var description: String {
    switch self {
    case .unknownToken(let token, let size, let row, let column):
      "token \(token) in sequence \(row) at position \(column) is outside the vocabulary of \(size) tokens"
    case .unequalCounts(let sources, let targets):
      "expected as many sources as targets, found \(sources) sources and \(targets) targets"
    case .unequalVocabularies(let side, let first, let other):
      "expected models with the same tokens, found \(first) and \(other) \(side) tokens"
    }
  }
}

extension TokenBatch {
  /// Makes sure that every token, padding included, is a row of a vocabulary.
  ///
  /// - Throws: ``SequenceModelError/unknownToken(token:vocabularySize:row:column:)``
  public func check(vocabularySize: Int) throws {
    for (index, token) in tokens.enumerated() where token < 0 || token >= vocabularySize {
      throw SequenceModelError.unknownToken(
        token: Int(token), vocabularySize: vocabularySize, row: index / maximumLength,
        column: index % maximumLength)
    }
  }
}
