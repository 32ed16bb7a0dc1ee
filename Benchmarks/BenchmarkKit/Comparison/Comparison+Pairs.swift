extension Comparison {
  /// What tells a contender from all others of a report.
  struct Key: Hashable {
    let suite: String
    let name: String
    let task: String
    let parameters: Set<SizeParameter>
    /// Of several that are alike in all of this, which one.
    var number = 0
  }

  static func entries(_ report: Report) -> [(key: Key, result: ContenderResult, label: String)] {
    var seen: [Key: Int] = [:]
    return report.suites.flatMap { suite in
      suite.results.map { result in
        var key = Key(
          suite: suite.name, name: result.name, task: result.task,
          parameters: Set(result.parameters))
        let number = seen[key, default: 0]
        seen[key] = number + 1
        key.number = number
        return (key, result, "\(suite.name): \(result.label)")
      }
    }
  }

  /// A contender in both reports.
  struct Pair {
    private let suite: String
    private let old: ContenderResult
    private let new: ContenderResult
    private let summaries: (old: Summary, new: Summary)
    private let times: (old: BlockedSamples, new: BlockedSamples)
    let ranks: RankComparison

    /// nil unless both have times.
    init?(_ suite: String, _ old: ContenderResult, _ new: ContenderResult) {
      let times = (old: BlockedSamples(old.samples), new: BlockedSamples(new.samples))
      guard let before = old.summary, let after = new.summary, before.median > 0,
        after.median > 0, let ranks = RankComparison(times.old.medians, times.new.medians)
      else { return nil }
      self.suite = suite
      self.old = old
      self.new = new
      self.times = times
      summaries = (before, after)
      self.ranks = ranks
    }

    func compared(
      probability: Double, of count: Int, threshold: Double, level: Double, resamples: Int,
      seed: UInt64
    ) -> ComparedResult {
      let ratio = summaries.new.median / summaries.old.median
      let interval = Bootstrap.ratioInterval(
        times.new, to: times.old, resamples: resamples, seed: seed)
      let least = RankComparison.smallestProbability(
        times.old.medians.count, times.new.medians.count)
      let isLarge = max(ratio, 1 / ratio) > 1 + threshold
      var verdict = ComparedResult.Verdict.noDifference
      if probability < level {
        if isLarge { verdict = ratio > 1 ? .slower : .faster }
      } else if least * Double(count) >= level {
        verdict = .tooFewSamples
      }
      return ComparedResult(
        suite: suite, name: new.name, task: new.task, parameters: new.parameters,
        old: summaries.old, new: summaries.new, ratio: ratio,
        interval: interval ?? Interval(lower: ratio, upper: ratio), delta: ranks.delta,
        probability: probability, verdict: verdict,
        memory: MemoryChange(old.memory, new.memory, threshold: threshold))
    }
  }

  /// How many cycles of samples on each side would be enough for so many comparisons to show anything.
  public var cyclesNeeded: Int {
    let count = Double(max(1, results.count))
    return (2...).first {
      RankComparison.smallestProbability($0, $0) * count < level
    } ?? 2
  }
}
