import BenchmarkKit
import Kernels

extension BenchmarkSuite {
  /// The contenders that a filter lets through.
  func contenders(_ settings: Settings, filter: ContenderFilter?) throws -> [Contender] {
    let all = try contenders(settings)
    // The others are compared with the machine's limits, so all of it is measured.
    guard let filter, !(self is MachineSuite) else { return all }
    return all.filter { filter.includes($0.label, in: name) }
  }

  /// Measures the contenders and draws conclusions.
  ///
  /// - Parameters:
  ///   - earlier: results of an interrupted run, whose samples are kept.
  ///   - save: receives now and then what is there so far.
  func measured(
    _ settings: Settings, filter: ContenderFilter?, continuing earlier: [ContenderResult],
    _ progress: ProgressLine, save: @escaping (SuiteReport) -> Void
  ) throws -> SuiteReport {
    let options = options(settings)
    var report = SuiteReport(
      name: name, title: title,
      method: method + (options.measuresMemory ? [PeakMemory.explanation] : []),
      options: options, columns: columns(settings), isComplete: false)
    var runner = Runner(
      options: options, releaseMemory: { BufferPool.trim() },
      allocator: AllocatorMeter(
        resetPeak: { BufferPool.resetPeak() }, used: { BufferPool.statistics.usedBytes },
        peak: { BufferPool.statistics.peakUsedBytes }),
      shouldStop: { Interruption.isRequested }, report: progress.update)
    let monitor = ClockMonitor()
    runner.clockMonitor = monitor
    runner.counters = PerformanceCounters()
    let clock = MonotonicClock()
    var lastSave = clock.now()
    runner.checkpoint = { [report] results in
      guard clock.seconds(since: lastSave) > 10 else { return }
      lastSave = clock.now()
      var partial = report
      partial.results = results()
      save(partial)
    }
    let before = ProcessorUsage.now()
    report.results = earlier
    try measure(contenders(settings, filter: filter), with: runner, into: &report, settings)
    let after = ProcessorUsage.now()
    progress.finish()
    report.isComplete = !Interruption.isRequested
    if let before, let after { report.warnings = Self.load(from: before, to: after) }
    report.warnings += monitor.warnings
    conclude(&report, settings)
    return report
  }

  /// What took processor time away from a suite.
  private static func load(from before: ProcessorUsage, to after: ProcessorUsage) -> [String] {
    var warnings: [String] = []
    let others = after.othersShare(since: before)
    if others > 0.05 {
      warnings.append(
        "OTHER PROGRAMS took \(Format.percent(others)) of the processors during this suite")
    }
    let stolen = after.stolenShare(since: before)
    if stolen > 0.02 {
      warnings.append(
        "THE HYPERVISOR took \(Format.percent(stolen)) of the processors during this suite")
    }
    return warnings
  }
}
