/// Brings text into a Unicode form before another tokenizer cuts it.
public struct NormalizingTokenizer: Tokenizer {
  /// The form.
  public let form: UnicodeNormalization
  /// What cuts the text.
  public let base: any Tokenizer

  /// The arguments are the properties.
  public init(_ base: any Tokenizer, form: UnicodeNormalization) {
    self.base = base
    self.form = form
  }

  /// The tokens of the text in its form.
  public func encode(_ text: String) -> [String] { base.encode(form.applied(to: text)) }

  /// As the other tokenizer does.
  public func decode(_ tokens: [String]) -> String { base.decode(tokens) }
}

extension NormalizingTokenizer: SamplingTokenizer {
  /// As the other tokenizer does if it can sample; else its one way.
  public func encode(_ text: String, dropoutRate: Double, seed: UInt64) -> [String] {
    let text = form.applied(to: text)
    guard let base = base as? any SamplingTokenizer else { return base.encode(text) }
    return base.encode(text, dropoutRate: dropoutRate, seed: seed)
  }
}
