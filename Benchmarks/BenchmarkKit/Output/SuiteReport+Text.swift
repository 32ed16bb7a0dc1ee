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

  /// The growth of series and the findings, split where a line is empty. Lines with more than one space in a row were
  /// laid out by hand, and their neighbours with them.
  var paragraphs: [Paragraph] {
    let groups = [fits.map(\.description)] + findings.split(separator: "").map(Array.init)
    return groups.filter { !$0.isEmpty }.map { lines in
      lines.contains { $0.trimmingPrefix(" ").contains("  ") } ? .fixed(lines) : .sentences(lines)
    }
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
