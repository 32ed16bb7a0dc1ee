/// Each Unicode scalar (code point) is a token, white space too; `decode` is exactly the inverse.
///
/// Scalars rather than Swift's `Character`s, whose limits move with the version of Unicode and would make a
/// trained model depend on the version of the standard library.
public struct CharacterTokenizer: Tokenizer, Equatable {
  /// There is nothing to set.
  public init() {}

  /// One token for each Unicode scalar.
  public func encode(_ text: String) -> [String] { text.unicodeScalars.map { String($0) } }

  /// The scalars in a row.
  public func decode(_ tokens: [String]) -> String { tokens.joined() }
}
