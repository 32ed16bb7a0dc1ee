/// Sequences of token numbers, padded at their ends to a common length.
public struct TokenBatch: Sendable, Equatable {
  /// Row-major [B, T]; what stands after the end of a sequence is padding and never looked at.
  public let tokens: [Int32]
  /// The real length of each sequence, at most T.
  public let lengths: [Int]
  /// T, the length of the longest sequence.
  public let maximumLength: Int

  /// B, the number of sequences.
  public var count: Int { lengths.count }
  /// The number of tokens that are not padding.
  public var tokenCount: Int { lengths.reduce(0, +) }
  /// Whether no sequence is shorter than the longest.
  public var isDense: Bool { lengths.allSatisfy { $0 == maximumLength } }

  /// Sequences of any lengths; shorter ones are filled up with `padding`.
  public init(_ sequences: [[Int]], padding: Int = 0) {
    lengths = sequences.map(\.count)
    maximumLength = lengths.max() ?? 0
    var tokens = [Int32](repeating: Int32(padding), count: sequences.count * maximumLength)
    for (row, sequence) in sequences.enumerated() {
      for (column, token) in sequence.enumerated() {
        tokens[row * maximumLength + column] = Int32(token)
      }
    }
    self.tokens = tokens
  }

  private init(tokens: [Int32], lengths: [Int], maximumLength: Int) {
    self.tokens = tokens
    self.lengths = lengths
    self.maximumLength = maximumLength
  }

  /// All sequences so many times, one round after the other.
  func repeated(_ times: Int) -> TokenBatch {
    TokenBatch(
      tokens: Array(repeatElement(tokens, count: times).joined()),
      lengths: Array(repeatElement(lengths, count: times).joined()), maximumLength: maximumLength)
  }

  /// The tokens of one sequence, without padding.
  public subscript(row: Int) -> [Int] {
    (0..<lengths[row]).map { Int(tokens[row * maximumLength + $0]) }
  }
}
