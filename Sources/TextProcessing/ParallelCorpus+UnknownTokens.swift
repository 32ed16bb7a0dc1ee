extension ParallelCorpus {
  /// A side of a corpus.
  public enum Side: Sendable {
    /// What is read.
    case source
    /// What is written.
    case target
  }

  /// Which tokens of one side are not in a vocabulary.
  ///
  /// In training and in translation such a token is `<unk>`.
  public func unknownTokens(
    _ side: Side, with tokenizer: some Tokenizer, _ vocabulary: Vocabulary
  ) -> UnknownTokens {
    var unknown = UnknownTokens()
    for (index, pair) in pairs.enumerated() {
      let text = side == .source ? pair.source : pair.target
      unknown.add(tokenizer.encode(text), vocabulary, at: place(of: index, side))
    }
    return unknown
  }
}
