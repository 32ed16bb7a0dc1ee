/// What an output must keep to, whichever search writes it: greedy, beam or sampling.
///
/// A forbidden token is not chosen; the log-probabilities of the others stay the model's. The tokens of a
/// forced prefix come first whatever is forbidden, and count like any other for length, n-grams and
/// repetition.
public struct DecodingConstraints: Sendable {
  /// How many tokens an output may have, the end token not counted, for a source of the given length; the
  /// model's own limit holds besides. An output that reaches it ends there, without an end token.
  public var maximumLength: @Sendable (Int) -> Int
  /// The end token is forbidden before there are so many tokens.
  public var minimumLength: Int
  /// No n tokens in a row come twice in an output; `nil`: they may.
  public var blockedNGramLength: Int?
  /// Logits of tokens that the output has already are divided by this where they are positive and
  /// multiplied where they are negative, before the softmax (Keskar et al. 2019, CTRL; 1.2 there). 1: not.
  public var repetitionPenalty: Float
  /// Tokens that are never chosen, such as padding and unknown.
  public var forbiddenTokens: [Int]

  /// - Parameter maximumLength: by default the source's length + 50 (section 6.1).
  public init(
    maximumLength: @escaping @Sendable (Int) -> Int = { $0 + 50 }, minimumLength: Int = 0,
    blockedNGramLength: Int? = nil, repetitionPenalty: Float = 1, forbiddenTokens: [Int] = []
  ) {
    self.maximumLength = maximumLength
    self.minimumLength = minimumLength
    self.blockedNGramLength = blockedNGramLength
    self.repetitionPenalty = repetitionPenalty
    self.forbiddenTokens = forbiddenTokens
  }

  func validate(vocabularySize: Int) throws(DecodingError) {
    if minimumLength < 0 {
      throw .invalidOption(
        name: "minimumLength", expected: "at least 0", found: "\(minimumLength)")
    }
    if let length = blockedNGramLength, length < 1 {
      throw .invalidOption(
        name: "blockedNGramLength", expected: "at least 1", found: "\(length)")
    }
    // Written so that NaN is refused as well.
    if !(repetitionPenalty > 0 && repetitionPenalty.isFinite) {
      throw .invalidOption(
        name: "repetitionPenalty", expected: "a positive number", found: "\(repetitionPenalty)")
    }
    for token in forbiddenTokens where !(0..<vocabularySize).contains(token) {
      throw .invalidOption(
        name: "forbiddenTokens", expected: "tokens below \(vocabularySize)", found: "\(token)")
    }
  }

  /// The tokens that would complete an n-gram which the output has already.
  func tokensCompletingNGrams(of tokens: [Int]) -> [Int] {
    guard let length = blockedNGramLength, tokens.count >= length else { return [] }
    let last = tokens.suffix(length - 1)
    return (length - 1..<tokens.count).compactMap { index in
      tokens[index - (length - 1)..<index].elementsEqual(last) ? tokens[index] : nil
    }
  }
}
