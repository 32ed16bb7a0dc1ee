/// A source and a target sequence as numbers of a vocabulary, neither with start nor end tokens: the trainer
/// adds those.
public struct TokenPair: Hashable, Sendable {
  /// S numbers.
  public var source: [Int]
  /// T numbers.
  public var target: [Int]

  /// Numbers without start and end tokens.
  public init(source: [Int], target: [Int]) {
    self.source = source
    self.target = target
  }
}
