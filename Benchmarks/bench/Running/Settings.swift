import BenchmarkKit
import Kernels

/// How much a suite measures.
enum Extent {
  /// Whether everything works.
  case quick
  /// What tells the truth in a minute or so.
  case normal
  /// Longer sequences and more samples, as long as they take.
  case full
}

/// What the suites need to know about the run.
struct Settings {
  let seed: UInt64
  /// Threads of the pool.
  let threads: Int
  let extent: Extent
  /// What the sweep suite varies.
  let sweep: Sweep
  /// Whether caches are emptied before every turn.
  let isCold: Bool
  var isQuick: Bool { extent == .quick }
  /// What the machine can do at best, once the machine suite has measured it.
  var ceiling: Ceiling?

  /// What the arguments ask for, with as many threads as the pool has now.
  init(_ arguments: Arguments) {
    seed = arguments.seed
    threads = ThreadPool.threadCount
    extent = arguments.extent
    sweep = arguments.sweep
    isCold = arguments.isCold
  }

  /// Floating-point operations a second, and their share of the ceiling where there is one.
  var flopRateColumns: [ResultColumn] {
    [.flopRate] + (ceiling.map { [.shareOfCeiling($0.flopRate)] } ?? [])
  }

  /// The default way of measuring, with so many seconds in each form.
  func runnerOptions(quick: Double, normal: Double, full: Double) -> RunnerOptions {
    var options = RunnerOptions()
    options.seed = seed
    options.coldCache = isCold
    switch extent {
    case .quick: options.timeBudget = quick
    case .normal: options.timeBudget = normal
    case .full: options.timeBudget = full
    }
    if isQuick {
      options.cycles = 5
      options.minimumTime = 0.05
      options.warmUpTime = 0.2
    }
    return options
  }
}
