import Foundation

/// The geometric mean of n-gram precisions times a penalty for brevity (Papineni et al. 2002), equal to
/// sacreBLEU's (Post 2018).
///
///     BLEU = min(1, exp(1 - r/c)) exp(1/4 sum_{n=1..4} ln p_n)
///
/// c is the hypotheses' length and r the references', p_n the share of the hypotheses' n-grams that occur in a
/// reference of the same sentence, each counted at most as often as it does there. With several references
/// the one nearest in length counts for r, the shorter of two.
///
/// For single sentences set ``usesEffectiveOrder``, as sacreBLEU does there.
public struct BLEU: CorpusMetric, Equatable {
  /// How sentences become words.
  public var tokenizer: BLEUTokenizer
  /// What becomes of precisions of zero.
  public var smoothing: BLEUSmoothing
  /// Whether case is ignored.
  public var ignoresCase: Bool
  /// Whether orders longer than all hypotheses are left out of the mean instead of making it zero.
  public var usesEffectiveOrder: Bool
  /// The longest n-grams, 4 everywhere.
  public let maximumOrder: Int

  /// The defaults are what papers report.
  public init(
    tokenizer: BLEUTokenizer = .mteval13a, smoothing: BLEUSmoothing = .exponential,
    ignoresCase: Bool = false, usesEffectiveOrder: Bool = false, maximumOrder: Int = 4
  ) {
    guard maximumOrder > 0 else {
      fatalError("BLEU: expected a maximum order of at least 1, found \(maximumOrder)")
    }
    self.tokenizer = tokenizer
    self.smoothing = smoothing
    self.ignoresCase = ignoresCase
    self.usesEffectiveOrder = usesEffectiveOrder
    self.maximumOrder = maximumOrder
  }

  /// Counts of n-grams and words.
  public struct Statistics: AdditiveStatistics {
    /// The hypotheses' words.
    public var hypothesisLength: Int
    /// The words of the references nearest in length.
    public var referenceLength: Int
    /// The hypotheses' n-grams that a reference has, for each order from 1.
    public var matches: [Int]
    /// The hypotheses' n-grams, for each order from 1.
    public var totals: [Int]

    /// Adds those of other sentences.
    public static func += (sum: inout Self, other: Self) {
      guard sum.matches.count == other.matches.count else {
        fatalError(
          "BLEU.Statistics: expected equal orders, "
            + "found \(sum.matches.count) and \(other.matches.count)")
      }
      sum.hypothesisLength += other.hypothesisLength
      sum.referenceLength += other.referenceLength
      for order in sum.matches.indices {
        sum.matches[order] += other.matches[order]
        sum.totals[order] += other.totals[order]
      }
    }
  }

  /// A higher BLEU is a better one.
  public var higherIsBetter: Bool { true }

  /// Zero everywhere.
  public var emptyStatistics: Statistics {
    let zeros = [Int](repeating: 0, count: maximumOrder)
    return Statistics(hypothesisLength: 0, referenceLength: 0, matches: zeros, totals: zeros)
  }

  /// Counts one sentence's n-grams.
  public func statistics(hypothesis: String, references: [String]) -> Statistics {
    let words = words(hypothesis)
    let references = references.map(self.words)
    guard
      let nearest = references.map(\.count)
        .min(by: { (abs($0 - words.count), $0) < (abs($1 - words.count), $1) })
    else { fatalError("BLEU.statistics: there is no reference") }
    let ngrams = NGramCounts(words, maximumOrder: maximumOrder)
    var limits = ngrams.counts(in: references[0])
    for reference in references.dropFirst() {
      limits = zip(limits, ngrams.counts(in: reference)).map { max($0, $1) }
    }
    return Statistics(
      hypothesisLength: words.count, referenceLength: nearest,
      matches: ngrams.matches(limitedTo: limits),
      totals: (0..<maximumOrder).map { max(0, words.count - $0) })
  }

  private func words(_ sentence: String) -> [ArraySlice<Unicode.Scalar>] {
    let text = ScalarText(sentence.unicodeScalars)
    return tokenizer.tokenize(ignoresCase ? text.lowercased : text)
  }

  /// Computes precisions, penalty and score.
  public func score(of statistics: Statistics) -> BLEUScore {
    var precisions = [Double](repeating: 0, count: maximumOrder)
    var effectiveOrder = maximumOrder
    var halvings = 1.0
    // Smoothing does not invent a score where nothing matches.
    let matchesAny = statistics.matches.contains { $0 > 0 }
    for order in 0..<maximumOrder where matchesAny {
      var matches = Double(statistics.matches[order])
      var total = Double(statistics.totals[order])
      if case .addK(let k) = smoothing, order > 0 {
        matches += k
        total += k
      }
      if total == 0 { break }
      if usesEffectiveOrder { effectiveOrder = order + 1 }
      if matches == 0 {
        switch smoothing {
        case .exponential:
          halvings *= 2
          matches = 1 / halvings
        case .floor(let value): matches = value
        case .addK, .unsmoothed: break
        }
      }
      precisions[order] = 100 * matches / total
    }
    let (length, target) = (statistics.hypothesisLength, statistics.referenceLength)
    let penalty =
      length >= target ? 1 : length == 0 ? 0 : exp(1 - Double(target) / Double(length))
    // The logarithm of a precision of zero is minus infinity, and the mean then zero.
    let logarithms = precisions[..<effectiveOrder].map { log($0) }
    let mean = matchesAny ? exp(logarithms.reduce(0, +) / Double(effectiveOrder)) : 0
    return BLEUScore(
      value: penalty * mean, precisions: precisions, brevityPenalty: penalty,
      hypothesisLength: length, referenceLength: target)
  }

  /// `case:mixed|eff:no|tok:13a|smooth:exp`.
  public var settings: String {
    "case:\(ignoresCase ? "lc" : "mixed")|eff:\(usesEffectiveOrder ? "yes" : "no")"
      + "|tok:\(tokenizer.rawValue)|smooth:\(smoothing.signature)"
  }
}
