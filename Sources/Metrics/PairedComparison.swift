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

  /// The share of trials whose statistic is greater than the observed difference.
  ///
  /// The observation itself counts as a trial that is, so that the share is never zero:
  /// (1 + trials that are greater) / (1 + trials). Systems that do not differ in any trial nor at all get 1.
  static func pValue(of statistics: [Double], observed: Double) -> Double {
    if observed == 0 && statistics.allSatisfy({ $0 == 0 }) { return 1 }
    let greater = statistics.count { $0 > observed }
    return Double(greater + 1) / Double(statistics.count + 1)
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
    let mean = differences.reduce(0, +) / Double(differences.count)
    self.init(
      baselineScore: baselineScore, systemScore: systemScore,
      baselineInterval: ConfidenceInterval(of: baselineResamples),
      systemInterval: ConfidenceInterval(of: systemResamples),
      pValue: Self.pValue(
        of: differences.map { $0 - mean }, observed: abs(systemScore - baselineScore)))
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
        of: zip(firstShuffled, secondShuffled).map { abs($1 - $0) },
        observed: abs(systemScore - baselineScore)))
  }

  private static func check(_ first: Int, _ second: Int) {
    guard first == second, first > 0 else {
      fatalError("PairedComparison: expected pairs of scores, found \(first) and \(second) scores")
    }
  }
}
