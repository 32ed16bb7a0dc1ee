/// Translation edit rate (Snover et al. 2006): insertions, deletions, substitutions and shifts of phrases that
/// turn the hypothesis into the reference, per reference word. Equal to sacreBLEU's, which follows tercom.
///
/// With several references the one with the fewest edits counts, over the mean length of all. The search for
/// shifts is greedy and has tercom's limits, so there may be a way of fewer edits.
public struct TER: CorpusMetric, Equatable {
  /// Whether text is split at punctuation, and lines and entities are resolved, as tercom does with `-N`.
  public var normalizes: Bool
  /// Whether punctuation is left out.
  public var removesPunctuation: Bool
  /// Whether the two above extend to Chinese and Japanese characters and punctuation.
  public var supportsAsian: Bool
  /// Whether case is ignored, which is the default of this metric.
  public var ignoresCase: Bool

  /// The defaults are tercom's.
  public init(
    normalizes: Bool = false, removesPunctuation: Bool = false, supportsAsian: Bool = false,
    ignoresCase: Bool = true
  ) {
    self.normalizes = normalizes
    self.removesPunctuation = removesPunctuation
    self.supportsAsian = supportsAsian
    self.ignoresCase = ignoresCase
  }

  /// Edits and lengths.
  public struct Statistics: AdditiveStatistics {
    /// The edits against the nearest reference.
    public var editCount: Int
    /// The mean length of the references, in words.
    public var referenceLength: Double

    /// Adds those of other sentences.
    public static func += (sum: inout Self, other: Self) {
      sum.editCount += other.editCount
      sum.referenceLength += other.referenceLength
    }
  }

  /// A lower TER is a better one.
  public var higherIsBetter: Bool { false }

  /// Zero.
  public var emptyStatistics: Statistics { Statistics(editCount: 0, referenceLength: 0) }

  /// Counts one sentence's edits.
  public func statistics(hypothesis: String, references: [String]) -> Statistics {
    let tokenizer = TERTokenizer(
      normalizes: normalizes, removesPunctuation: removesPunctuation,
      supportsAsian: supportsAsian, ignoresCase: ignoresCase)
    // Words by number, which compare faster.
    var numbers: [ArraySlice<Unicode.Scalar>: Int32] = [:]
    func numbered(_ words: [ArraySlice<Unicode.Scalar>]) -> [Int32] {
      words.map { word in
        if let number = numbers[word] { return number }
        let number = Int32(numbers.count)
        numbers[word] = number
        return number
      }
    }
    let hypothesis = numbered(tokenizer.words(ofHypothesis: hypothesis))
    let references = references.map { numbered(tokenizer.words(ofReference: $0)) }
    guard let edits = references.map({ shiftedEditCount(from: hypothesis, to: $0) }).min() else {
      fatalError("TER.statistics: there is no reference")
    }
    return Statistics(
      editCount: edits,
      referenceLength: Double(references.reduce(0) { $0 + $1.count }) / Double(references.count))
  }

  /// Divides edits by words. Without reference words any edit makes 100.
  public func score(of statistics: Statistics) -> TERScore {
    let (edits, length) = (Double(statistics.editCount), statistics.referenceLength)
    return TERScore(
      value: length > 0 ? 100 * edits / length : edits > 0 ? 100 : 0,
      editCount: statistics.editCount, referenceLength: length)
  }

  /// `case:lc|tok:tercom|norm:no|punct:yes|asian:no`.
  public var settings: String {
    "case:\(ignoresCase ? "lc" : "mixed")|tok:tercom|norm:\(normalizes ? "yes" : "no")"
      + "|punct:\(removesPunctuation ? "no" : "yes")|asian:\(supportsAsian ? "yes" : "no")"
  }
}
