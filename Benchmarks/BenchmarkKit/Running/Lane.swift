/// The state of one contender during a run.
final class Lane {
  let contender: Contender
  var workload: Workload?
  var cost: Cost
  var wasChecked = false
  /// Seconds of one run, as last seen in the warm-up.
  var runTime = 0.0
  /// Seconds that emptying the caches takes before a turn.
  var evictionTime = 0.0
  var runsPerSample = 1
  var warmUpRuns = 0
  var turnsPerCycle = 1
  var samples: [Sample] = []
  var memory: PeakMemory?
  var hole: String?
  /// Why the warm-up ended before three runs agreed.
  var unrest: String?
  /// Where it goes on, when some of its samples come from an earlier run.
  var resumption: Resumption?

  init(_ contender: Contender) {
    self.contender = contender
    cost = contender.cost
  }

  /// What is being done, with the name of the group in front where it has one.
  func phase(_ text: String) -> String {
    contender.group.isEmpty ? text : "\(contender.group): \(text)"
  }

  /// Ends the contender and frees its inputs.
  func fail(_ reason: String) {
    hole = reason
    workload = nil
  }

  /// A turn whose work is shorter than this is preceded by an untimed run, because what ran before
  /// it has left its own data in the caches.
  static let refreshLimit = 0.002

  var needsRefresh: Bool { evictionTime == 0 && runTime < Lane.refreshLimit }

  /// Seconds that one turn takes.
  var turnTime: Double { evictionTime + runTime * Double(runsPerSample + (needsRefresh ? 1 : 0)) }

  /// The turns that this lane still has to take in a cycle.
  func missingTurns(inCycle cycle: Int) -> Int {
    let taken = resumption?.taken[cycle] ?? 0
    // A cycle that an earlier run went on from is complete, whatever the budget left out of it.
    if taken > 0 && cycle != resumption?.lastCycle { return 0 }
    return max(0, turnsPerCycle - taken)
  }

  func result(_ options: RunnerOptions) -> ContenderResult {
    let summary = Summary(samples.map(\.seconds))
    var warnings: [String] = []
    if let summary {
      if summary.relativeSpread > options.wideSpread {
        warnings.append(
          "wide spread: p5 to p95 is \(Format.percent(summary.relativeSpread)) of the median")
      }
      if summary.count < options.cycles {
        warnings.append("few samples: \(summary.count) of \(options.cycles)")
      }
      if let unrest { warnings.append(unrest) }
    }
    return ContenderResult(
      name: contender.name, task: contender.task, parameters: contender.parameters,
      cost: cost, wasChecked: wasChecked, runsPerSample: runsPerSample,
      warmUpRuns: warmUpRuns, samples: samples, memory: memory, summary: summary, hole: hole,
      warnings: warnings)
  }
}
