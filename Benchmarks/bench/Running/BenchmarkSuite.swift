import BenchmarkKit

/// A question that `bench` answers: contenders, and what to make of their times.
protocol BenchmarkSuite: Sendable {
  /// The word on the command line.
  var name: String { get }
  /// One line for `--help`.
  var summary: String { get }
  /// The heading of its results.
  var title: String { get }
  /// Whether it runs when no suite is named.
  var runsByDefault: Bool { get }
  /// What a run contains, and what is excluded from its time.
  var method: [String] { get }

  /// How long to measure.
  func options(_ settings: Settings) -> RunnerOptions
  func contenders(_ settings: Settings) throws -> [Contender]
  /// Measures contenders, those of ``contenders(_:)`` or some of them. Only a suite that is more than work to be timed
  /// has a way of its own, and adds what else it finds. Before, the report has the results of an interrupted run, if any.
  func measure(
    _ contenders: [Contender], with runner: Runner, into report: inout SuiteReport,
    _ settings: Settings) throws
  func columns(_ settings: Settings) -> [ResultColumn]
  /// Adds fits, quantities and findings to a report that has its results already.
  func conclude(_ report: inout SuiteReport, _ settings: Settings)
}

extension BenchmarkSuite {
  var runsByDefault: Bool { true }

  func measure(
    _ contenders: [Contender], with runner: Runner, into report: inout SuiteReport,
    _ settings: Settings
  ) throws {
    report.results = runner.run(contenders, continuing: report.results)
  }

  func conclude(_ report: inout SuiteReport, _ settings: Settings) {}
}
