/// Whether one system is better than another on a test set, or only luckier.
public struct PairedComparison: Sendable, Equatable {
  /// The score of the system that the other one is compared with.
  public let baselineScore: Double
  /// The score of the system.
  public let systemScore: Double
  /// Of the baseline's scores of bootstrap resamples; `nil` where none were drawn.
  public let baselineInterval: ConfidenceInterval?
  /// Of the system's scores of bootstrap resamples; `nil` where none were drawn.
  public let systemInterval: ConfidenceInterval?
  /// The probability, about, of a difference at least as large between systems that are equally good. Of two
  /// sides: it says nothing about which system is better.
  public let pValue: Double

  /// The system's score minus the baseline's.
  public var difference: Double { systemScore - baselineScore }

  /// `41.02 (μ = 41.01 ± 0.98) (p = 0.0340)*`, with a star below 0.05, as sacreBLEU prints it.
  public func formatted(decimals: Int = 2) -> String {
    let interval = systemInterval.map { " (\($0.formatted(decimals: decimals)))" } ?? ""
    return "\(fixed(systemScore, decimals))\(interval) (p = \(fixed(pValue, 4)))"
      + (pValue < 0.05 ? "*" : "")
  }
}

extension PairedComparison {
  /// From scores of the two systems on the same bootstrap resamples, in order: their absolute differences,
  /// moved to a mean of zero, are what differences would be by chance (Koehn 2004; as in Moses and sacreBLEU).
  ///
  /// - Parameters:
  ///   - baselineScore: on the test set itself.
  ///   - systemScore: on the test set itself.
  ///   - baselineResamples: one score or more.
  ///   - systemResamples: as many.
  public init(
    baselineScore: Double, systemScore: Double, baselineResamples: [Double],
    systemResamples: [Double]
  ) {
    Self.check(baselineResamples.count, systemResamples.count)
    let differences = zip(baselineResamples, systemResamples).map { abs($1 - $0) }
    self.init(
      baselineScore: baselineScore, systemScore: systemScore,
      baselineInterval: ConfidenceInterval(of: baselineResamples),
      systemInterval: ConfidenceInterval(of: systemResamples),
      pValue: Self.pValue(
        of: differences, mean: differences.reduce(0, +) / Double(differences.count),
        observed: abs(systemScore - baselineScore)))
  }

  /// From scores of pairs of systems made by exchanging outputs at random.
  ///
  /// - Parameters:
  ///   - baselineScore: on the test set itself.
  ///   - systemScore: on the test set itself.
  ///   - firstShuffled: the scores of the first system of each pair.
  ///   - secondShuffled: the scores of the second one.
  public init(
    baselineScore: Double, systemScore: Double, firstShuffled: [Double], secondShuffled: [Double]
  ) {
    Self.check(firstShuffled.count, secondShuffled.count)
    self.init(
      baselineScore: baselineScore, systemScore: systemScore, baselineInterval: nil,
      systemInterval: nil,
      pValue: Self.pValue(
        of: zip(firstShuffled, secondShuffled).map { abs($1 - $0) }, mean: 0,
        observed: abs(systemScore - baselineScore)))
  }

  /// The share of trials whose difference is greater, by more than `mean`, than the observed one.
  ///
  /// The observation itself counts as such a trial, so that the share is never zero. Systems that differ
  /// neither in a trial nor at all get 1; the formula, and sacreBLEU, would call that significant.
  private static func pValue(of differences: [Double], mean: Double, observed: Double) -> Double {
    if observed == 0 && differences.allSatisfy({ $0 == 0 }) { return 1 }
    let greater = differences.count { $0 - mean > observed }
    return Double(greater + 1) / Double(differences.count + 1)
  }

  private static func check(_ first: Int, _ second: Int) {
    guard first == second, first > 0 else {
      fatalError("PairedComparison: expected pairs of scores, found \(first) and \(second) scores")
    }
  }
}
