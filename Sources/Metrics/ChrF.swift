/// The F-score of character n-grams (Popovic 2015), equal to sacreBLEU's; with word n-grams it is chrF++
/// (Popovic 2017).
///
///     chrF_b = (1 + b^2) P R / (b^2 P + R)
///
/// P is the mean over the orders of the share of the hypotheses' n-grams that match, R of the references'.
/// With several references of a sentence the one with the best score of that sentence counts.
public struct ChrF: CorpusMetric, Equatable {
  /// The longest character n-grams.
  public let characterOrder: Int
  /// The longest word n-grams: 0 for chrF, 2 for chrF++.
  public let wordOrder: Int
  /// How much more recall weighs than precision.
  public var beta: Int
  /// Whether case is ignored.
  public var ignoresCase: Bool
  /// Whether white space counts among the characters.
  public var countsWhitespace: Bool
  /// Whether the score is the mean of the orders' F-scores, each at least 1e-16, as in chrF++.py, NLTK and
  /// Moses, instead of the F-score of mean precision and recall over the orders that occur.
  public var usesEpsilonSmoothing: Bool

  /// The defaults are those of the paper: chrF2 without words.
  public init(
    characterOrder: Int = 6, wordOrder: Int = 0, beta: Int = 2, ignoresCase: Bool = false,
    countsWhitespace: Bool = false, usesEpsilonSmoothing: Bool = false
  ) {
    guard characterOrder >= 0, wordOrder >= 0, characterOrder + wordOrder > 0 else {
      fatalError(
        "ChrF: expected orders of at least 0, one of them more, "
          + "found \(characterOrder) and \(wordOrder)")
    }
    self.characterOrder = characterOrder
    self.wordOrder = wordOrder
    self.beta = beta
    self.ignoresCase = ignoresCase
    self.countsWhitespace = countsWhitespace
    self.usesEpsilonSmoothing = usesEpsilonSmoothing
  }

  /// chrF++: character n-grams to 6, word n-grams to 2.
  public static let plusPlus = ChrF(wordOrder: 2)

  /// The n-grams of one order.
  public struct Counts: Sendable, Equatable {
    /// The hypotheses' n-grams; those of a sentence count where its reference has n-grams of the order.
    public var hypothesis: Int
    /// The references' n-grams.
    public var reference: Int
    /// Those that match.
    public var matches: Int
  }

  /// Counts of every order: characters from 1, then words from 1.
  public struct Statistics: AdditiveStatistics {
    /// One element an order.
    public var orders: [Counts]

    /// Adds those of other sentences.
    public static func += (sum: inout Self, other: Self) {
      guard sum.orders.count == other.orders.count else {
        fatalError(
          "ChrF.Statistics: expected equal orders, "
            + "found \(sum.orders.count) and \(other.orders.count)")
      }
      for index in sum.orders.indices {
        sum.orders[index].hypothesis += other.orders[index].hypothesis
        sum.orders[index].reference += other.orders[index].reference
        sum.orders[index].matches += other.orders[index].matches
      }
    }
  }

  /// A higher chrF is a better one.
  public var higherIsBetter: Bool { true }

  /// Zero everywhere.
  public var emptyStatistics: Statistics {
    Statistics(
      orders: Array(
        repeating: Counts(hypothesis: 0, reference: 0, matches: 0),
        count: characterOrder + wordOrder))
  }

  /// Counts one sentence's n-grams, against the reference that gives it the best score.
  public func statistics(hypothesis: String, references: [String]) -> Statistics {
    let hypothesis = Segment(hypothesis, self)
    let characters = NGramCounts(hypothesis.characters, maximumOrder: characterOrder)
    let words = NGramCounts(hypothesis.words, maximumOrder: wordOrder)
    var best: (score: Double, statistics: Statistics)?
    for reference in references {
      let reference = Segment(reference, self)
      let statistics = Statistics(
        orders: Self.compare(characters, hypothesis.characters, reference.characters)
          + Self.compare(words, hypothesis.words, reference.words))
      let score = fScore(statistics)
      if best.map({ score > $0.score }) ?? true { best = (score, statistics) }
    }
    guard let best else { fatalError("ChrF.statistics: there is no reference") }
    return best.statistics
  }

  private static func compare<Element>(
    _ ngrams: NGramCounts<Element>, _ hypothesis: [Element], _ reference: [Element]
  ) -> [Counts] {
    let matches = ngrams.matches(limitedTo: ngrams.counts(in: reference))
    return matches.indices.map { order in
      let count = max(0, reference.count - order)
      return Counts(
        hypothesis: count == 0 ? 0 : max(0, hypothesis.count - order), reference: count,
        matches: matches[order])
    }
  }

  /// Computes the score.
  public func score(of statistics: Statistics) -> ChrFScore {
    ChrFScore(
      name: "chrF\(beta)" + String(repeating: "+", count: wordOrder),
      value: 100 * fScore(statistics))
  }

  private func fScore(_ statistics: Statistics) -> Double {
    let epsilon = 1e-16
    let factor = Double(beta * beta)
    func f(_ precision: Double, _ recall: Double) -> Double? {
      let denominator = factor * precision + recall
      return denominator > 0 ? (1 + factor) * precision * recall / denominator : nil
    }
    if usesEpsilonSmoothing {
      let scores = statistics.orders.map { order in
        f(
          order.hypothesis > 0 ? Double(order.matches) / Double(order.hypothesis) : epsilon,
          order.reference > 0 ? Double(order.matches) / Double(order.reference) : epsilon)
          ?? epsilon
      }
      return scores.reduce(0, +) / Double(scores.count)
    }
    let orders = statistics.orders.filter { $0.hypothesis > 0 && $0.reference > 0 }
    if orders.isEmpty { return 0 }
    let precisions = orders.map { Double($0.matches) / Double($0.hypothesis) }
    let recalls = orders.map { Double($0.matches) / Double($0.reference) }
    let count = Double(orders.count)
    return f(precisions.reduce(0, +) / count, recalls.reduce(0, +) / count) ?? 0
  }

  /// `case:mixed|eff:yes|nc:6|nw:0|space:no`.
  public var settings: String {
    "case:\(ignoresCase ? "lc" : "mixed")|eff:\(usesEpsilonSmoothing ? "no" : "yes")"
      + "|nc:\(characterOrder)|nw:\(wordOrder)|space:\(countsWhitespace ? "yes" : "no")"
  }

  /// A sentence's characters and words.
  private struct Segment {
    let characters: ScalarText
    let words: [ArraySlice<Unicode.Scalar>]

    init(_ sentence: String, _ metric: ChrF) {
      var text = ScalarText(sentence.unicodeScalars)
      if metric.ignoresCase { text = text.lowercased }
      characters = metric.countsWhitespace ? text : text.filter { !$0.isSeparator }
      words = metric.wordOrder == 0 ? [] : text.words.flatMap(Self.separatingPunctuation)
    }

    /// Splits off one ASCII punctuation character: the last one, or else the first one. (So "(a)" becomes
    /// "(a" and ")", as in chrF++.py and sacreBLEU.)
    private static func separatingPunctuation(
      _ word: ArraySlice<Unicode.Scalar>
    ) -> [ArraySlice<Unicode.Scalar>] {
      func isPunctuation(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar else { return false }
        return scalar.value > 0x20
          && (isWesternPunctuation(scalar) || "',-.".unicodeScalars.contains(scalar))
      }
      if word.count > 1 {
        if isPunctuation(word.last) { return [word.dropLast(), word.suffix(1)] }
        if isPunctuation(word.first) { return [word.prefix(1), word.dropFirst()] }
      }
      return [word]
    }
  }
}
