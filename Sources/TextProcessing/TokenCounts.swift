/// How often each token occurs in a text.
public struct TokenCounts: Sendable {
  private(set) var frequencies: [ExactString: Int] = [:]

  /// Counts the tokens of sequences.
  public init(_ sequences: some Sequence<[String]> = []) {
    for sequence in sequences { add(sequence) }
  }

  /// Counts further tokens.
  public mutating func add(_ tokens: some Sequence<String>) {
    for token in tokens { frequencies[ExactString(token), default: 0] += 1 }
  }

  /// Adds what was counted elsewhere.
  public mutating func add(_ other: TokenCounts) {
    frequencies.merge(other.frequencies, uniquingKeysWith: +)
  }

  /// How often a token occurs; 0 if it does not.
  public subscript(token: String) -> Int { frequencies[ExactString(token)] ?? 0 }
}
