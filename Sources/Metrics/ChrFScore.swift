/// A chrF score.
public struct ChrFScore: MetricScore, Equatable {
  /// `chrF2`, or `chrF2++` with word n-grams to 2: beta, and a plus for each order of words.
  public let name: String
  /// From 0 to 100.
  public let value: Double
  /// Nothing.
  public var details: String { "" }
}
