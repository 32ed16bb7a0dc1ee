import BenchmarkKit

/// What the suites need to know about the run.
struct Settings {
  let seed: UInt64
  /// Threads of the pool.
  let threads: Int
  let isQuick: Bool
  /// What the machine can do at best, once the machine suite has measured it.
  var ceiling: Ceiling?

  /// The default way of measuring, for suites that have no reason to differ.
  var runnerOptions: RunnerOptions {
    var options = RunnerOptions()
    options.seed = seed
    options.timeBudget = 40
    if isQuick {
      options.timeBudget = 8
      options.cycles = 5
      options.minimumTime = 0.05
      options.warmUpTime = 0.2
    }
    return options
  }
}
