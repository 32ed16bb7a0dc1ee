import BenchmarkKit
import Foundation

// Exit status: 0 when everything asked for was measured, 1 when something failed or was interrupted,
// 2 when the arguments make no sense.
do {
  let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
  switch arguments.action {
  case .help:
    print(Arguments.help)
  case .list:
    for suite in allSuites { print("\(suite.name)  \(suite.summary)") }
  case .plan:
    Console.print(try Plan.lines(arguments))
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
