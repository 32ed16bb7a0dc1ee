/// A way of cutting a text into tokens and of putting the text together again.
///
/// Tokens are strings; a `Vocabulary` turns them into numbers. Tokenizers that are learned from text
/// conform to this protocol as well.
public protocol Tokenizer: Sendable {
  /// The tokens of a text, in order. A text without content has none.
  func encode(_ text: String) -> [String]

  /// The text that tokens stand for.
  func decode(_ tokens: [String]) -> String
}
