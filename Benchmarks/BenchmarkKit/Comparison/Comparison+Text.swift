extension Comparison {
  /// What was called out, or all of it, as a table.
  ///
  /// - Parameter isFull: whether contenders without a difference are in it.
  public func table(isFull: Bool = false) -> TextTable {
    var table = TextTable([
      TextTable.Column("contender", .left), .init("old"), .init("new"), .init("ratio"),
      .init("95 % interval"), .init("delta"), .init("memory"), .init("verdict", .left),
    ])
    for result in results where isFull || isNotable(result) {
      table.add([
        result.label, Format.time(result.old.median), Format.time(result.new.median),
        Format.fixed(result.ratio, digits: 3),
        Format.fixed(result.interval.lower, digits: 3) + " - "
          + Format.fixed(result.interval.upper, digits: 3),
        Format.fixed(result.delta, digits: 2), Self.memory(result.memory),
        Self.verdict(result),
      ])
    }
    return table
  }

  /// The comparison for a terminal.
  public func lines(isFull: Bool = false) -> [String] {
    var lines = ["old       \(oldRun)", "new       \(newRun)"]
    lines += differences.map { "WARNING   \($0.description)" }
    lines += warnings.map { "WARNING   \($0)" }
    if isFull || results.contains(where: isNotable) {
      lines += [""] + table(isFull: isFull).lines
    }
    return lines + [""] + summary
  }

  /// The comparison as Markdown.
  public func markdown(isFull: Bool = false) -> String {
    var lines = ["# \(Markdown.escaped(verdictSentence))", ""]
    lines += Markdown.list(["old: \(oldRun)", "new: \(newRun)"])
    let doubts = differences.map(\.description) + warnings
    if !doubts.isEmpty { lines += [""] + doubts.map { "> **Warning:** \(Markdown.escaped($0))" } }
    if isFull || results.contains(where: isNotable) {
      lines += [""] + Markdown.table(table(isFull: isFull))
    }
    return (lines + [""] + Markdown.list(summary)).joined(separator: "\n") + "\n"
  }

  /// The outcome in a sentence.
  public var verdictSentence: String {
    switch outcome {
    case .regression: "worse: something is slower or takes more memory"
    case .incomplete: "incomplete: something that was measured before no longer is"
    case .nothingCompared: "nothing to compare: the reports have no contender and size in common"
    case .inconclusive:
      "inconclusive: too few samples; \(cyclesNeeded) cycles of them in each report would be enough"
    case .improvement: "better: something is faster or takes less memory, and nothing is worse"
    case .noDifference: "no difference shown"
    }
  }

  private var summary: [String] {
    func count(_ verdict: ComparedResult.Verdict) -> Int {
      results.count { $0.verdict == verdict }
    }
    var lines = lost.map { "no longer measured: \($0.label): \($0.reason)" }
    for (names, place) in [(onlyOld, "old"), (onlyNew, "new")] where !names.isEmpty {
      let some = names.prefix(3).joined(separator: "; ")
      lines.append(
        "only in the \(place) report: \(names.count) (\(some)\(names.count > 3 ? "; ..." : ""))")
    }
    lines.append(
      "\(results.count) compared: \(count(.slower)) slower, \(count(.faster)) faster, "
        + "\(count(.noDifference)) without a difference shown, \(count(.tooFewSamples)) with too few "
        + "samples")
    lines.append(
      "slower and faster: medians differ by more than \(Format.percent(threshold)), and if nothing had "
        + "changed there would be any such verdict with a probability of \(Format.percent(level)) at most "
        + "(Mann and Whitney's test, Holm's correction)")
    if differences.contains(where: \.isGrave) {
      lines.append("THE REPORTS ARE NOT ALIKE: see the warnings; ratios say more about that")
    }
    if let common = commonRatio, max(common, 1 / common) > 1 + threshold {
      lines.append(
        "EVERYTHING CHANGED: half of the ratios are beyond \(Format.fixed(common, digits: 3)); a slower or "
          + "faster machine looks like this")
    }
    if !warnings.isEmpty {
      lines.append(
        "THE REPORTS DOUBT THEIR OWN NUMBERS: see the warnings; what disturbs a whole run, such as a busy "
          + "machine, is no chance that a test could see")
    }
    return lines + [verdictSentence]
  }

  /// What is called out, and what would be if there were more samples.
  private func isNotable(_ result: ComparedResult) -> Bool {
    switch result.verdict {
    case .slower, .faster: return true
    case .tooFewSamples where max(result.ratio, 1 / result.ratio) > 1 + threshold: return true
    case .tooFewSamples, .noDifference:
      return result.memory.map { $0.isExact && $0.verdict != .same } ?? false
    }
  }

  private static func memory(_ change: MemoryChange?) -> String {
    guard let change, change.verdict != .same else { return "" }
    let text = "\(Format.bytes(change.old)) to \(Format.bytes(change.new))"
    return change.isExact ? text : "\(text) resident"
  }

  private static func verdict(_ result: ComparedResult) -> String {
    var words: [String] = []
    switch result.verdict {
    case .slower: words.append("slower")
    case .faster: words.append("faster")
    case .noDifference: words.append("no difference shown")
    case .tooFewSamples: words.append("too few samples")
    }
    if let change = result.memory, change.isExact, change.verdict != .same {
      words.append("\(change.verdict.rawValue) memory")
    }
    return words.joined(separator: ", ")
  }
}
