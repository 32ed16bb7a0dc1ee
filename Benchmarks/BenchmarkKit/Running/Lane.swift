/// The state of one contender during a run.
final class Lane {
  let contender: Contender
  var workload: Workload?
  var cost: Cost
  var wasChecked = false
  /// Seconds of one run, as last seen in the warm-up.
  var runTime = 0.0
  var runsPerSample = 1
  var warmUpRuns = 0
  var turnsPerCycle = 1
  var samples: [Sample] = []
  var memory: PeakMemory?
  var hole: String?

  init(_ contender: Contender) {
    self.contender = contender
    cost = contender.cost
  }

  /// Ends the contender and frees its inputs.
  func fail(_ reason: String) {
    hole = reason
    workload = nil
  }

  /// A turn whose work is shorter than this is preceded by an untimed run, because what ran before
  /// it has left its own data in the caches.
  static let refreshLimit = 0.002

  var needsRefresh: Bool { runTime < Lane.refreshLimit }

  /// Seconds that one turn takes.
  var turnTime: Double { runTime * Double(runsPerSample + (needsRefresh ? 1 : 0)) }

  func result(_ options: RunnerOptions) -> ContenderResult {
    let summary = Summary(samples.map(\.seconds), seed: options.seed)
    var warnings: [String] = []
    if let summary {
      if summary.relativeSpread > options.wideSpread {
        warnings.append(
          "wide spread: p5 to p95 is \(Format.percent(summary.relativeSpread)) of the median")
      }
      if summary.count < options.cycles {
        warnings.append("few samples: \(summary.count) of \(options.cycles)")
      }
    }
    return ContenderResult(
      name: contender.name, task: contender.task, parameters: contender.parameters,
      cost: cost, wasChecked: wasChecked, runsPerSample: runsPerSample,
      warmUpRuns: warmUpRuns, samples: samples, memory: memory, summary: summary, hole: hole,
      warnings: warnings)
  }
}
