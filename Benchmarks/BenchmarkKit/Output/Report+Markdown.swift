extension Report {
  /// The report as Markdown: warnings, environment, and for each suite its findings, plots, tables and method.
  ///
  /// - Parameter picture: the address of a chart's picture, beside the text; nil draws it with characters.
  public func markdown(picture: (SuiteReport, Chart) -> String? = { _, _ in nil }) -> String {
    var lines = ["# \(Markdown.escaped(program))", ""]
    if !warnings.isEmpty {
      lines += warnings.map { "> **Warning:** \(Markdown.escaped($0))" } + [""]
    }
    var table = TextTable([TextTable.Column("environment", .left), .init("", .left)])
    for (name, value) in environment { table.add([name, value]) }
    lines += Markdown.table(table)
    for suite in suites { lines += [""] + markdown(suite, picture) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func markdown(
    _ suite: SuiteReport, _ picture: (SuiteReport, Chart) -> String?
  ) -> [String] {
    var parts = [["## \(Markdown.escaped(suite.name)): \(Markdown.escaped(suite.title))"]]
    parts += suite.warnings.map { ["> **Warning:** \(Markdown.escaped($0))"] }
    for paragraph in suite.paragraphs {
      switch paragraph {
      case .sentences(let lines): parts.append(Markdown.list(lines))
      case .fixed(let lines): parts.append(Markdown.code(lines))
      }
    }
    for chart in suite.charts {
      if let address = picture(suite, chart) {
        // Parentheses and spaces would end the address.
        parts.append(["![\(Markdown.escaped(chart.title))](<\(address)>)"])
      } else {
        parts.append(Markdown.code(TerminalPlot().lines(chart)))
      }
    }
    for breakdown in suite.breakdowns {
      parts.append(["### \(Markdown.escaped(breakdown.title))"])
      parts.append(Markdown.table(breakdown.table(indent: "\u{2003}")))
    }
    if let table = suite.fitTable { parts.append(Markdown.table(table)) }
    if !suite.results.isEmpty { parts.append(Markdown.table(suite.resultTable)) }
    let marks = TextTable.warningLines(suite.results)
    if !marks.isEmpty { parts.append(Markdown.code(marks)) }
    for table in suite.tables {
      if !table.title.isEmpty { parts.append(["### \(Markdown.escaped(table.title))"]) }
      parts.append(Markdown.table(table))
    }
    if let table = suite.quantityTable { parts.append(Markdown.table(table)) }
    if !suite.method.isEmpty { parts.append(["### Method"] + [""] + Markdown.code(suite.method)) }
    return Array(parts.joined(separator: [""]))
  }
}
