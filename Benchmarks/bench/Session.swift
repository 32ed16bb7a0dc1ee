import BenchmarkKit
import Foundation
import Kernels

/// One run of `bench`: suites in order, results on standard output, a report in a file.
struct Session {
  private let arguments: Arguments
  private let reportPath: String
  private var settings: Settings
  private var report: Report

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    if let threads = arguments.threads { ThreadPool.threadCount = threads }
    settings = Settings(
      seed: arguments.seed, threads: ThreadPool.threadCount, extent: arguments.extent)
    report = Report(
      program: "bench", arguments: arguments.words, context: .current(),
      facts: Session.libraryFacts())
    reportPath = try arguments.jsonPath ?? Session.datedPath()
  }

  /// Runs what was asked for; false when a suite failed or the user stopped it.
  mutating func run() throws -> Bool {
    Interruption.install()
    let facts = report.facts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    Console.print(
      report.context.lines + ["threads   \(settings.threads)", "library   " + facts[0]]
        + facts.dropFirst().map { "          " + $0 })
    warn(report.context.warnings)
    var isComplete = true
    for suite in chosenSuites {
      if Interruption.isRequested { break }
      do {
        try run(suite)
      } catch {
        isComplete = false
        Console.error("bench: suite \(suite.name) failed: \(error)")
      }
      // After each suite, so that whatever happens next cannot lose it.
      try report.write(to: reportPath)
    }
    report.wasInterrupted = Interruption.isRequested
    try report.write(to: reportPath)
    Console.print([""])
    warn(report.context.warnings)
    if report.wasInterrupted { warn(["INTERRUPTED: what was measured until then is above"]) }
    Console.print(["report    \(reportPath)"])
    return isComplete && !report.wasInterrupted
  }

  /// The machine comes first, because the others are compared with its ceiling.
  private var chosenSuites: [any BenchmarkSuite] {
    allSuites.filter {
      arguments.suites.isEmpty
        ? $0.runsByDefault : arguments.suites.contains($0.name) || $0 is MachineSuite
    }
  }

  private mutating func run(_ suite: any BenchmarkSuite) throws {
    Console.print(["", "== \(suite.name): \(suite.title)"] + suite.method)
    let options = suite.options(settings)
    let progress = ProgressLine(title: suite.name)
    let runner = Runner(
      options: options, releaseMemory: { BufferPool.trim() },
      allocator: AllocatorMeter(
        resetPeak: { BufferPool.resetPeak() }, used: { BufferPool.statistics.usedBytes },
        peak: { BufferPool.statistics.peakUsedBytes }),
      shouldStop: { Interruption.isRequested }, report: progress.update)
    let before = ProcessorUsage.now()
    let results = runner.run(try suite.contenders(settings))
    let after = ProcessorUsage.now()
    progress.finish()

    var result = SuiteReport(
      name: suite.name, title: suite.title,
      method: suite.method + (options.measuresMemory ? [PeakMemory.explanation] : []),
      options: options, results: results)
    if let before, let after { result.warnings = load(from: before, to: after) }
    suite.conclude(&result, settings)
    report.suites.append(result)
    if let machine = suite as? MachineSuite { settings.ceiling = machine.ceiling(results) }
    show(result, columns: suite.columns(settings))
  }

  private func show(_ result: SuiteReport, columns: [ResultColumn]) {
    Console.print([""] + TextTable(result.results, columns: columns).lines)
    let marks = TextTable.warningLines(result.results)
    if !marks.isEmpty { Console.print([""] + marks) }
    for breakdown in result.breakdowns { Console.print([""] + breakdown.lines) }
    let sentences = result.fits.map(\.description) + result.findings
    if !sentences.isEmpty { Console.print([""] + sentences) }
    if !result.warnings.isEmpty {
      Console.print([""])
      warn(result.warnings)
    }
  }

  /// What took processor time away from a suite.
  private func load(from before: ProcessorUsage, to after: ProcessorUsage) -> [String] {
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

  private func warn(_ warnings: [String]) {
    Console.print(warnings.map { "WARNING   \($0)" })
  }

  /// What stands behind the library's numbers on this machine.
  private static func libraryFacts() -> [String: String] {
    let machine = MachineProbe.describe()
    // Name and version; the rest of its configuration is a list of build options.
    let version = machine.blas.split(separator: " ").prefix(2).joined(separator: " ")
    var blas = "\(version), kernels \(machine.blasCoreAfter)"
    if machine.blasCoreBefore != machine.blasCoreAfter {
      blas += " (it had chosen \(machine.blasCoreBefore))"
    }
    return [
      "matrix products": blas, "vector kernels": machine.vectorKernels,
      "caches": machine.caches.joined(separator: ", "),
    ]
  }

  private static func datedPath() throws -> String {
    let folder = "Runs/bench"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyy-MM-dd-HHmmss"
    return "\(folder)/\(formatter.string(from: Date())).json"
  }
}
