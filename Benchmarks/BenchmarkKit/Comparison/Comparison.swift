/// Two reports side by side: what became slower or faster, by how much, and how sure that is.
///
/// Contenders are matched by suite, name, task and sizes. A contender is called slower or faster when both hold:
/// - chance does not explain it: the test of Mann and Whitney on the medians of the cycles, corrected for the number of comparisons (Holm), stays
///   below the level. If nothing changed, a whole comparison calls out anything with at most that probability;
/// - it matters: the medians differ by more than the threshold. Two runs of one program differ for reasons
///   that no number of samples within a run can show (where memory lies, what else the machine does), so the
///   threshold should not be below what runs of the same program differ by.
public struct Comparison: Codable, Sendable {
  /// What a program that checks for regressions has to know.
  public enum Outcome: String, Codable, Sendable {
    /// Something is slower, or takes more memory by the allocator's own count.
    case regression
    /// Nothing is, but something that was measured no longer can be.
    case incomplete
    /// The reports have nothing in common.
    case nothingCompared
    /// Too few samples to show anything.
    case inconclusive
    /// Something is faster, or takes less memory, and nothing is worse.
    case improvement
    /// No difference was shown.
    case noDifference
  }

  /// A contender that has times in the old report and a reason for having none in the new one.
  public struct Loss: Codable, Hashable, Sendable {
    /// Suite, contender, task and sizes.
    public let label: String
    /// Why it was not measured.
    public let reason: String
  }

  /// When the old report was made, and with which command.
  public let oldRun: String
  /// When the new report was made, and with which command.
  public let newRun: String
  /// The share by which a median must differ, such as 0.05.
  public let threshold: Double
  /// The probability of calling out anything when nothing changed, at the most.
  public let level: Double
  /// What both have, in the order of the new report.
  public let results: [ComparedResult]
  /// What was measured before and no longer is.
  public let lost: [Loss]
  /// What only the old report has.
  public let onlyOld: [String]
  /// What only the new report has times of.
  public let onlyNew: [String]
  /// What else differs.
  public let differences: [EnvironmentDifference]
  /// What each report says against its own numbers.
  public let warnings: [String]

  /// Compares two reports.
  ///
  /// - Parameters:
  ///   - threshold: the share by which medians, or memory, must differ to matter.
  ///   - level: the probability of a false alarm in the whole comparison.
  ///   - resamples: of the bootstrap that gives the ratios' intervals.
  public init(
    _ old: Report, _ new: Report, threshold: Double = 0.05, level: Double = 0.05,
    resamples: Int = 2000, seed: UInt64 = 1
  ) {
    self.threshold = threshold
    self.level = level
    oldRun = Self.run(old)
    newRun = Self.run(new)
    differences = EnvironmentDifference.all(old, new)
    warnings = Self.warnings(old, "old") + Self.warnings(new, "new")
    let before = Self.entries(old)
    let after = Self.entries(new)
    let earlier = Dictionary(before.map { ($0.key, $0.result) }) { first, _ in first }
    let keys = Set(after.map(\.key))
    lost = after.compactMap { entry in
      guard entry.result.summary == nil, earlier[entry.key]?.summary != nil else { return nil }
      return Loss(label: entry.label, reason: entry.result.hole ?? "no samples")
    }
    onlyOld = before.filter { !keys.contains($0.key) && $0.result.summary != nil }.map(\.label)
    onlyNew = after.filter { $0.result.summary != nil && earlier[$0.key]?.summary == nil }
      .map(\.label)
    let pairs = after.compactMap { entry in
      earlier[entry.key].flatMap { Pair(entry.key.suite, $0, entry.result) }
    }
    let corrected = HolmCorrection.corrected(pairs.map(\.ranks.probability))
    results = zip(pairs, corrected).map { pair, probability in
      pair.compared(
        probability: probability, of: pairs.count, threshold: threshold, level: level,
        resamples: resamples, seed: seed)
    }
  }

  /// What follows from all of it.
  public var outcome: Outcome {
    func any(_ verdict: ComparedResult.Verdict) -> Bool {
      results.contains { $0.verdict == verdict }
    }
    func memory(_ verdict: MemoryChange.Verdict) -> Bool {
      results.contains { $0.memory?.isExact == true && $0.memory?.verdict == verdict }
    }
    if any(.slower) || memory(.more) { return .regression }
    if !lost.isEmpty { return .incomplete }
    if results.isEmpty { return .nothingCompared }
    if any(.faster) || memory(.less) { return .improvement }
    return any(.noDifference) ? .noDifference : .inconclusive
  }

  /// Whether a check that guards against regressions may pass: something was compared and nothing is worse.
  public var isAcceptable: Bool {
    switch outcome {
    case .regression, .incomplete, .nothingCompared: false
    case .inconclusive, .improvement, .noDifference: true
    }
  }

  /// Whether the verdicts may be about something else than the program: another machine, another build, a busy machine.
  public var isDoubtful: Bool { !warnings.isEmpty || differences.contains(where: \.isGrave) }

  /// The median of all ratios, where there are at least eight: what a machine that became slower or faster changes.
  public var commonRatio: Double? {
    results.count >= 8 ? Quantiles.median(of: results.map(\.ratio)) : nil
  }

  private static func run(_ report: Report) -> String {
    ([report.context.date + ":", report.program] + report.arguments).joined(separator: " ")
  }

  private static func warnings(_ report: Report, _ name: String) -> [String] {
    report.warnings.map { "\(name) report: \($0)" }
      + report.suites.flatMap { suite in
        suite.warnings.map { "\(name) report, \(suite.name): \($0)" }
      }
  }
}
