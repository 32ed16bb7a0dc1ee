/// Input that a model cannot take.
public enum SequenceModelError: Error, Equatable, CustomStringConvertible {
  /// A sequence has more tokens than the model has positions.
  case tooLong(length: Int, limit: Int, remedy: String)
  /// A token number is outside the vocabulary.
  case unknownToken(token: Int, vocabularySize: Int, row: Int, column: Int)

  public var description: String {
    switch self {
    case .tooLong(let length, let limit, let remedy):
      "a sequence of \(length) tokens is longer than the \(limit) that the model can take; \(remedy)"
    case .unknownToken(let token, let size, let row, let column):
      "token \(token) in sequence \(row) at position \(column) is outside the vocabulary of \(size) tokens"
    }
  }
}
