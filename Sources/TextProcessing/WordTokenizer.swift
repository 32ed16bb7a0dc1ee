/// Tokens are what white space separates; `decode` joins them with one space each.
///
/// White space is Unicode's `White_Space` property, which the no-break space has as well.
public struct WordTokenizer: Tokenizer, Equatable {
  /// There is nothing to set.
  public init() {}

  /// What stands between white space.
  public func encode(_ text: String) -> [String] {
    // By scalars: a Character can be a space together with an accent that follows it.
    text.unicodeScalars.split(whereSeparator: \.properties.isWhitespace).map(String.init)
  }

  /// The words with one space between.
  public func decode(_ tokens: [String]) -> String { tokens.joined(separator: " ") }
}
