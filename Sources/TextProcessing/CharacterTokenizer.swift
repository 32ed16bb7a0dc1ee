/// Each Unicode scalar (code point) is a token, white space too; `decode` is exactly the inverse.
///
/// Scalars rather than Swift's `Character`s, whose limits move with the version of Unicode and would make a
/// trained model depend on the version of the standard library.
public struct CharacterTokenizer: Tokenizer, Equatable {
  public init() {}

  public func encode(_ text: String) -> [String] { text.unicodeScalars.map { String($0) } }

  public func decode(_ tokens: [String]) -> String { tokens.joined() }
}
