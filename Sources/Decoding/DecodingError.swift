/// Why a search or a scoring cannot be done.
public enum DecodingError: Error, Equatable, CustomStringConvertible {
  /// An option has a value that means nothing.
  case invalidOption(name: String, expected: String, found: String)
  /// The model's logits are no distribution: there is a NaN or +∞ among them, or all are -∞.
  ///
  /// `sentence` is the row of the batch, `position` the number of tokens before the prediction.
  case invalidLogits(sentence: Int, position: Int)
  /// As many of the one as of the other were expected.
  case unequalCounts(expected: String, expectedCount: Int, found: String, foundCount: Int)
  /// A prefix or a target contains the end token.
  case endInside(sentence: Int, position: Int)
  /// A source without tokens, of which no target can be scored.
  case emptySource(sentence: Int)

  /// The text for a person.
  public var description: String {
    switch self {
    case .invalidOption(let name, let expected, let found):
      "\(name): expected \(expected), found \(found)"
    case .invalidLogits(let sentence, let position):
      "expected finite logits, found NaN or infinity in sentence \(sentence) after \(position) tokens"
    case .unequalCounts(let expected, let expectedCount, let found, let foundCount):
      "expected as many \(found) as \(expected), found \(foundCount) \(found) and \(expectedCount) "
        + "\(expected)"
    case .endInside(let sentence, let position):
      "expected tokens without the end token, found it in sentence \(sentence) at position \(position)"
    case .emptySource(let sentence):
      "expected a source with tokens to score a target, found none in sentence \(sentence)"
    }
  }
}
