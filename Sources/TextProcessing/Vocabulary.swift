/// The tokens a model knows, numbered from 0.
///
/// The first four are always the special tokens `<pad>` 0, `<unk>` 1, `<s>` 2 and `</s>` 3. Two tokens are
/// the same only if their bytes are.
public struct Vocabulary: Sendable {
  /// The special tokens in the order of their numbers.
  public static let specialTokens = ["<pad>", "<unk>", "<s>", "</s>"]

  /// All tokens; a token's index is its number.
  public let tokens: [String]
  private let ids: [ExactString: Int]

  /// The number that fills up short sequences of a batch.
  public var paddingID: Int { 0 }
  /// The number of every token that is not in the vocabulary.
  public var unknownID: Int { 1 }
  /// The number that begins every target.
  public var startID: Int { 2 }
  /// The number that ends every target.
  public var endID: Int { 3 }

  /// The numbers that no target has: a search that chooses one is only confused.
  public var neverWrittenIDs: [Int] { [paddingID, startID] }

  /// The number of tokens, special ones included.
  public var count: Int { tokens.count }

  /// A vocabulary of the special tokens and the given ones in their order.
  ///
  /// Repetitions, special tokens and tokens that a vocabulary file cannot hold (empty, or with a line
  /// break) are passed over.
  public init(_ ordinaryTokens: some Sequence<String>) {
    var tokens: [String] = []
    var ids: [ExactString: Int] = [:]
    func add(_ token: String) {
      let key = ExactString(token)
      guard ids[key] == nil, Self.isStorable(token) else { return }
      ids[key] = tokens.count
      tokens.append(key.string)
    }
    Self.specialTokens.forEach(add)
    for token in ordinaryTokens { add(token) }
    self.tokens = tokens
    self.ids = ids
  }

  /// The vocabulary of a corpus: its most frequent tokens, the frequent ones first, equally frequent ones
  /// in the order of their UTF-8 bytes.
  /// - Parameters:
  ///   - sequences: The corpus, tokenized.
  ///   - limit: The most tokens to take, special ones not counted; `nil` takes all.
  ///   - minimumFrequency: Tokens seen fewer times are left out.
  public init(
    counting sequences: some Sequence<[String]>, limit: Int? = nil, minimumFrequency: Int = 1
  ) {
    self.init(TokenCounts(sequences), limit: limit, minimumFrequency: minimumFrequency)
  }

  /// The most frequent of tokens that were counted.
  public init(_ counts: TokenCounts, limit: Int? = nil, minimumFrequency: Int = 1) {
    var frequencies = counts.frequencies
    for token in Self.specialTokens { frequencies[ExactString(token)] = nil }
    let ranked =
      frequencies
      .filter { $0.value >= minimumFrequency && Self.isStorable($0.key.string) }
      .sorted { a, b in
        a.value != b.value
          ? a.value > b.value
          : a.key.string.utf8.lexicographicallyPrecedes(b.key.string.utf8)
      }
    self.init(ranked.prefix(max(0, limit ?? ranked.count)).map(\.key.string))
  }

  /// Whether a token can stand on a line of its own.
  static func isStorable(_ token: String) -> Bool {
    !token.isEmpty && !token.utf8.contains { $0 == 0x0A || $0 == 0x0D }
  }

  /// Whether a number is one of the special tokens.
  public func isSpecial(_ id: Int) -> Bool { Self.specialTokens.indices.contains(id) }

  /// The number of a token, special ones by their names included; `nil` when it is not there.
  public func id(of token: String) -> Int? { ids[ExactString(token)] }

  /// The token of a number below `count`.
  public subscript(id: Int) -> String {
    if !tokens.indices.contains(id) {
      fatalError("Vocabulary: the number \(id) is outside a vocabulary of \(count) tokens")
    }
    return tokens[id]
  }

  /// The numbers of tokens. Those outside the vocabulary get `unknownID`, and so does text that looks like a
  /// special token, so that no text can end a sequence early.
  public func encode(_ tokens: some Sequence<String>) -> [Int] {
    tokens.map { token in
      guard let id = id(of: token), !isSpecial(id) else { return unknownID }
      return id
    }
  }

  /// The tokens of numbers, up to the first `endID`; padding and start are passed over.
  public func decode(_ ids: some Sequence<Int>) -> [String] {
    var tokens: [String] = []
    for id in ids {
      if id == endID { break }
      if id != paddingID && id != startID { tokens.append(self[id]) }
    }
    return tokens
  }
}

extension Vocabulary: Equatable {
  /// Equal tokens with equal numbers.
  public static func == (a: Vocabulary, b: Vocabulary) -> Bool {
    a.tokens.lazy.map(ExactString.init).elementsEqual(b.tokens.lazy.map(ExactString.init))
  }
}
