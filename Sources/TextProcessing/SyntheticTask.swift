internal import Tensors

/// Small tasks with a known answer, which need no files.
///
/// Symbols are the numbers 0, 1, 2, ... written as words.
public enum SyntheticTask: String, CaseIterable, Sendable {
  /// The target is the source.
  case copy
  /// The target is the source backwards.
  case reverse
  /// The target is the source in ascending order.
  case sort

  /// The right answer for a sequence of symbols.
  public func answer(to source: [Int]) -> [Int] {
    switch self {
    case .copy: source
    case .reverse: source.reversed()
    case .sort: source.sorted()
    }
  }

  /// Random pairs; the same seed gives the same pairs.
  /// - Parameters:
  ///   - count: The number of pairs.
  ///   - symbolCount: The number of distinct symbols, at least 1.
  ///   - lengths: Sequence lengths, drawn uniformly.
  ///   - seed: Where the random numbers start.
  public func corpus(
    count: Int, symbolCount: Int, lengths: ClosedRange<Int>, seed: UInt64
  ) -> ParallelCorpus {
    if count < 0 || symbolCount < 1 || lengths.lowerBound < 0 {
      fatalError(
        "SyntheticTask: expected a count and lengths from 0 and at least 1 symbol, "
          + "found \(count) pairs, \(symbolCount) symbols, lengths \(lengths)")
    }
    var generator = SeededGenerator(seed: seed)
    let tokenizer = WordTokenizer()
    return ParallelCorpus(
      (0..<count).map { _ in
        let length = lengths.lowerBound + generator.next(below: lengths.count)
        let source = (0..<length).map { _ in generator.next(below: symbolCount) }
        return TextPair(
          source: tokenizer.decode(source.map(String.init)),
          target: tokenizer.decode(answer(to: source).map(String.init)))
      })
  }

  /// The vocabulary of the symbols in ascending order, for source and target alike.
  public static func vocabulary(symbolCount: Int) -> Vocabulary {
    Vocabulary((0..<symbolCount).map(String.init))
  }
}
