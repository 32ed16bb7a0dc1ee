import AttentionKit

/// A transduction whose answer is known and that needs order and content alike, so that a model has to find the place
/// it writes from and to look at two symbols there.
///
/// The target is the source read backwards, each symbol raised by one (the last symbol becomes the first) where its left
/// neighbour in the source is an odd symbol. A fixed vector must hold the whole source; attention can look.
struct RewritingTask {
  let symbolCount: Int
  let lengths: ClosedRange<Int>

  /// Numbers of symbols begin after the special tokens.
  static let firstToken = Vocabulary.specialTokens.count
  var vocabularySize: Int { Self.firstToken + symbolCount }

  /// The right answer for a sequence of symbols below `symbolCount`.
  func answer(to source: [Int]) -> [Int] {
    source.indices.reversed().map { index in
      let isRaised = index > 0 && source[index - 1] % 2 == 1
      return isRaised ? (source[index] + 1) % symbolCount : source[index]
    }
  }

  /// A random pair, as tokens.
  func pair(using generator: inout SeededGenerator) -> TokenPair {
    let length = lengths.lowerBound + generator.next(below: lengths.count)
    let source = (0..<length).map { _ in generator.next(below: symbolCount) }
    return TokenPair(
      source: source.map { $0 + Self.firstToken },
      target: answer(to: source).map { $0 + Self.firstToken })
  }
}
