import BenchmarkKit
import Foundation
import Kernels

/// One run of `bench`: suites in order, results on standard output, everything in files.
struct Session {
  private let arguments: Arguments
  private let outputs: RunOutputs
  private let baseline: Report?
  /// What an interrupted run has measured already, by suite.
  private var earlier: [String: SuiteReport] = [:]
  private var settings: Settings
  private var report: Report
  private var isComplete = true

  init(_ arguments: Arguments) throws {
    try self.init(arguments, outputs: RunOutputs(arguments))
  }

  /// Goes on with the run whose folder or report is at `path`.
  init(resuming path: String) throws {
    let outputs = RunOutputs(resuming: path)
    let found = try Report(contentsOf: outputs.reportPath)
    try self.init(Arguments(found.arguments), outputs: outputs)
    try InterruptedRun.check(found, against: report, path: outputs.reportPath)
    report.facts["resumed"] = found.facts["resumed"] ?? "the run began \(found.context.date)"
    earlier = Dictionary(found.suites.map { ($0.name, $0) }) { $1 }
  }

  private init(_ arguments: Arguments, outputs: RunOutputs) throws {
    // Read first: a mistake in its name must not cost a run.
    baseline = try arguments.baseline.map(Baselines.read)
    self.arguments = arguments
    self.outputs = outputs
    if let threads = arguments.threads { ThreadPool.threadCount = threads }
    settings = Settings(arguments)
    report = Report(
      program: "bench", arguments: arguments.words, context: .current(),
      facts: Session.libraryFacts(threads: settings.threads))
  }

  /// Runs what was asked for.
  ///
  /// - Returns: the exit status: 0 done, 1 failed or interrupted, 3 worse than the baseline.
  mutating func run() throws -> Int32 {
    Interruption.install()
    Console.print(report.context.lines)
    for (name, fact) in report.facts.sorted(by: { $0.key < $1.key }) {
      Console.print(["\(name.padding(toLength: 9, withPad: " ", startingAt: 0)) \(fact)"])
    }
    Console.warn(report.context.warnings)
    let suites = arguments.chosenSuites
    for (index, suite) in suites.enumerated() where !Interruption.isRequested {
      let later = suites[(index + 1)...].reduce(0) { $0 + $1.options(settings).timeBudget }
      do {
        try run(suite, place: "\(index + 1)/\(suites.count)", later: later)
      } catch {
        isComplete = false
        Console.error("bench: suite \(suite.name) failed: \(error)")
      }
      // After each suite, so that whatever happens next cannot lose it.
      report.wasInterrupted = Interruption.isRequested
      try outputs.writeReport(report)
    }
    Console.print([""])
    Console.warn(report.context.warnings)
    if report.wasInterrupted {
      Console.warn([
        "INTERRUPTED: what was measured until then is above and in the report; it goes on with",
        "bench --resume \(outputs.reportPath)",
      ])
    }
    Console.print(try outputs.finish(report))
    if !isComplete || report.wasInterrupted { return 1 }
    if let name = arguments.savedBaseline {
      Console.print(["baseline  \(try Baselines.save(report, as: name))"])
    }
    guard let baseline else { return 0 }
    let comparison = Comparison(baseline, report, threshold: arguments.threshold)
    Console.print([""] + comparison.lines())
    return comparison.isAcceptable ? 0 : 3
  }

  private mutating func run(_ suite: any BenchmarkSuite, place: String, later: Double) throws {
    Console.print(["", "== \(suite.name): \(suite.title)"] + suite.method)
    let found = earlier[suite.name]
    let result: SuiteReport
    if let found, found.isComplete {
      Console.print(["measured before the interruption"])
      result = found
    } else {
      let progress = ProgressLine(title: "\(suite.name) \(place)", later: later)
      defer { progress.finish() }
      var soFar = report
      soFar.wasInterrupted = true
      result = try suite.measured(
        settings, filter: arguments.filter, continuing: found?.results ?? [], progress
      ) { [outputs, soFar] in
        // A crash loses ten seconds. A failure to write shows at the end of the suite.
        try? outputs.writeReport(soFar.adding($0))
      }
    }
    if let machine = suite as? MachineSuite { settings.ceiling = machine.ceiling(result.results) }
    if result.results.isEmpty && result.quantities.isEmpty && arguments.filter != nil {
      Console.print(["nothing in it matches --filter"])
      return
    }
    report.suites.append(result)
    Console.show(result)
  }

  /// What stands behind the library's numbers on this machine.
  private static func libraryFacts(threads: Int) -> [String: String] {
    let machine = MachineProbe.describe()
    // Name and version; the rest of its configuration is a list of build options.
    let version = machine.blas.split(separator: " ").prefix(2).joined(separator: " ")
    var blas = "\(version), kernels \(machine.blasCoreAfter)"
    if machine.blasCoreBefore != machine.blasCoreAfter {
      blas += " (it had chosen \(machine.blasCoreBefore))"
    }
    return [
      "threads": "\(threads)", "products": blas, "vectors": machine.vectorKernels,
      "caches": machine.caches.joined(separator: ", "),
    ]
  }
}

extension Report {
  fileprivate func adding(_ suite: SuiteReport) -> Report {
    var report = self
    report.suites.append(suite)
    return report
  }
}
