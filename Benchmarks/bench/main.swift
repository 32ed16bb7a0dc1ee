import BenchmarkKit
import Foundation

// Exit status: 0 when everything asked for was measured, 1 when something failed or was interrupted,
// 2 when the arguments make no sense, 3 when a comparison finds something slower.
do {
  let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
  switch arguments.action {
  case .help:
    print(Arguments.help)
  case .list:
    for suite in allSuites { print("\(suite.name)  \(suite.summary)") }
  case .plan:
    Console.print(try Plan.lines(arguments))
  case .compare(let old, let new):
    let comparison = Comparison(
      try Baselines.read(old), try Baselines.read(new), threshold: arguments.threshold)
    Console.print(comparison.lines())
    exit(comparison.isAcceptable ? 0 : 3)
  case .report(let path):
    let report = try Baselines.read(path)
    for suite in report.suites {
      Console.print(["", "== \(suite.name): \(suite.title)"] + suite.method)
      Console.show(suite)
    }
    let folder = arguments.outputFolder ?? RunOutputs(resuming: path).folder ?? "."
    Console.print([""] + (try ReportFolder(folder).write(report)))
  case .run, .resume:
    #if DEBUG
      try ReleaseBuild.replaceThisProcess()
    #else
      var session: Session
      if case .resume(let path) = arguments.action {
        session = try Session(resuming: path)
      } else {
        session = try Session(arguments)
      }
      exit(try session.run())
    #endif
  }
} catch let error as ArgumentError {
  Console.error("bench: \(error)\nbench: `bench --help` lists suites and options")
  exit(2)
} catch {
  Console.error("bench: \(error)")
  exit(1)
}
