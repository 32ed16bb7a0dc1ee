/// A BLEU score and what it is made of.
public struct BLEUScore: MetricScore, Equatable {
  /// From 0 to 100.
  public let value: Double
  /// Of each order from 1, in percent, smoothed.
  public let precisions: [Double]
  /// From 0 to 1; 1 where the hypotheses are as long as the references or longer.
  public let brevityPenalty: Double
  /// The hypotheses' words.
  public let hypothesisLength: Int
  /// The words of the references, of each sentence the one nearest in length.
  public let referenceLength: Int

  /// `BLEU`.
  public var name: String { "BLEU" }

  /// The hypotheses' length over the references', 0 where these have no words.
  public var lengthRatio: Double {
    referenceLength == 0 ? 0 : Double(hypothesisLength) / Double(referenceLength)
  }

  /// `71.5/48.9/34.6/24.9 (BP = 1.000 ratio = 1.004 hyp_len = 12 ref_len = 12)`.
  public var details: String {
    precisions.map { fixed($0, 1) }.joined(separator: "/")
      + " (BP = \(fixed(brevityPenalty, 3)) ratio = \(fixed(lengthRatio, 3))"
      + " hyp_len = \(hypothesisLength) ref_len = \(referenceLength))"
  }
}
