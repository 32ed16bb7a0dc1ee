import BenchmarkKit
import Foundation
import Testing

extension BenchCommandTests {
  /// The suites that compare models, in their smallest form.
  @Test(.enabled(if: BuildConfiguration.current == .release))
  func suitesOfModelsFindSomething() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("bench-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let outcome = try bench([
      "throughput", "decode", "quality", "--quick", "--filter",
      "throughput .* training n=|decode .* greedy batch=1 |quality LSTM", "--json", path,
    ])
    #expect(outcome.status == 0)
    let report = try Report(contentsOf: path)
    let suites = report.suites.filter { $0.name != "machine" }
    #expect(suites.map(\.name) == ["throughput", "decode", "quality"])
    for suite in suites {
      // On a busy machine some are holes.
      #expect(suite.results.contains { $0.wasChecked && !$0.samples.isEmpty })
      if suite.results.allSatisfy({ $0.hole == nil }) {
        #expect(!suite.findings.isEmpty && !suite.charts.isEmpty)
      }
    }
    #expect(suites[2].results.map(\.name) == ["LSTM dot", "LSTM fixed"])
  }
}
