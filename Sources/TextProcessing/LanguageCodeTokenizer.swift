/// Takes a language code that a text begins with, such as `>>fra<<`, for one token, and cuts the rest with another
/// tokenizer. Models of OPUS-MT that write several languages are told by it which one is wanted; this is what the
/// transformers library's `MarianTokenizer` does.
public struct LanguageCodeTokenizer: Tokenizer {
  private let base: any Tokenizer

  /// - Parameter base: cuts what follows the code.
  public init(_ base: any Tokenizer) { self.base = base }

  /// The code, if there is one, and the tokens of the rest.
  public func encode(_ text: String) -> [String] {
    let pattern = /(?s)>>.*?<</.matchingSemantics(.unicodeScalar)
    guard let code = text.prefixMatch(of: pattern) else { return base.encode(text) }
    return [String(code.0)] + base.encode(String(text[code.range.upperBound...]))
  }

  /// The text of the tokens; outputs have no code.
  public func decode(_ tokens: [String]) -> String { base.decode(tokens) }
}
