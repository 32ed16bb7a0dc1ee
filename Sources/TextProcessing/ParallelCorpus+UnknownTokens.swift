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

  /// The same of a corpus that is encoded already.
  ///
  /// - Parameters:
  ///   - encoded: the corpus as numbers, pair by pair.
  ///   - tokenizer: the one that it was encoded with.
  public func unknownTokens(
    _ side: Side, in encoded: [TokenPair], with tokenizer: some Tokenizer,
    _ vocabulary: Vocabulary
  ) -> UnknownTokens {
    guard encoded.count == pairs.count else {
      fatalError(
        "ParallelCorpus.unknownTokens: expected \(pairs.count) encoded pairs, found \(encoded.count)"
      )
    }
    var unknown = UnknownTokens()
    for (index, (pair, tokens)) in zip(pairs, encoded).enumerated() {
      unknown.add(
        tokenizer.encode(side == .source ? pair.source : pair.target),
        numbers: side == .source ? tokens.source : tokens.target, vocabulary,
        at: place(of: index, side))
    }
    return unknown
  }
}
