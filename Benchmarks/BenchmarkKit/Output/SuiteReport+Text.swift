extension SuiteReport {
  /// The table of the results, with the columns that the suite chose.
  public var resultTable: TextTable { TextTable(results, columns: columns) }

  /// A paragraph of the findings.
  enum Paragraph: Equatable {
    /// Sentences.
    case sentences([String])
    /// Lines whose characters stand below one another, such as a table.
    case fixed([String])
  }

  /// The findings, split where a line is empty. Lines with more than one space in a row were laid out by hand, and
  /// their neighbours with them.
  var paragraphs: [Paragraph] {
    findings.split(separator: "").map(Array.init).map { lines in
      lines.contains { $0.trimmingPrefix(" ").contains("  ") } ? .fixed(lines) : .sentences(lines)
    }
  }

  /// How series grow, as a table; nil when nothing was fitted.
  var fitTable: TextTable? {
    if fits.isEmpty { return nil }
    var table = TextTable([
      TextTable.Column("contender", .left), .init("time grows as", .left), .init("95 % interval"),
      .init("sizes"), .init("from"), .init("to"),
    ])
    for fit in fits {
      let law = fit.fit
      let label = Contender.label(name: fit.name, task: fit.task, parameters: fit.fixed)
      table.add([
        label, "\(fit.parameter)^\(Format.fixed(law.exponent, digits: 2))",
        law.exponentInterval.map {
          "\(Format.fixed($0.lower, digits: 2)) - \(Format.fixed($0.upper, digits: 2))"
        } ?? "", "\(law.pointCount)", fit.range.map { Format.plain($0.lower) } ?? "",
        fit.range.map { Format.plain($0.upper) } ?? "",
      ])
    }
    return table
  }

  /// The word for a chart's file: the suite's name and the chart's.
  public func pictureName(_ chart: Chart) -> String {
    func word(_ text: String) -> String {
      String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    }
    return "\(word(name))-\(word(chart.name))"
  }

  /// Single numbers as a table; nil when there are none.
  var quantityTable: TextTable? {
    if quantities.isEmpty { return nil }
    var table = TextTable([TextTable.Column("what", .left), .init("value"), .init("unit", .left)])
    for quantity in quantities {
      table.add([quantity.name, Format.significant(quantity.value), quantity.unit])
    }
    return table
  }
}
