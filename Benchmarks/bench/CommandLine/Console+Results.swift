import BenchmarkKit

extension Console {
  /// Tables, the suite's first plot, and sentences.
  static func show(_ suite: SuiteReport) {
    print([""] + suite.resultTable.lines)
    let marks = TextTable.warningLines(suite.results)
    if !marks.isEmpty { print([""] + marks) }
    for table in suite.tables { print(["", table.title] + table.lines) }
    for breakdown in suite.breakdowns { print([""] + breakdown.lines) }
    if let chart = suite.charts.first, !chart.isEmpty {
      print([""] + TerminalPlot.suited().lines(chart))
    }
    let sentences = suite.fits.map(\.description) + suite.findings
    if !sentences.isEmpty { print([""] + sentences) }
    if !suite.warnings.isEmpty {
      print([""])
      warn(suite.warnings)
    }
  }
}
