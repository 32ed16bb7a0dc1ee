import Foundation

extension SuiteReport {
  /// The suite's part of the page.
  func html(_ picture: (Chart) -> String?) -> String {
    var parts = [
      HTML.element("h2", HTML.text("small", name) + HTML.escaped(title))
    ]
    if !warnings.isEmpty { parts.append(HTML.list(warnings, class: "warnings")) }
    for paragraph in paragraphs {
      switch paragraph {
      case .sentences(let lines): parts.append(HTML.list(lines, class: "findings"))
      case .fixed(let lines): parts.append(HTML.fixed(lines))
      }
    }
    let figures = charts.map { chart in
      // The caption is the heading already.
      let drawing =
        picture(chart)
        ?? HTML.fixed(Array(TerminalPlot(width: 76).lines(chart).dropFirst()), class: "plot")
      let isWide = chart.series.count > 5
      return HTML.element(
        "figure", class: isWide ? "wide" : "", HTML.text("figcaption", chart.title) + drawing)
    }
    if !figures.isEmpty {
      parts.append(HTML.element("div", class: "figures", figures.joined(separator: "\n")))
    }
    parts += breakdowns.map(Self.html)
    if let table = fitTable {
      parts.append(HTML.details("Growth", isOpen: fits.count <= 12, HTML.table(table)))
    }
    if !results.isEmpty {
      let marks = TextTable.warningLines(results)
      let content = HTML.table(resultTable) + (marks.isEmpty ? "" : HTML.fixed(marks))
      // A long table would push the next suite out of sight.
      parts.append(
        HTML.details("Results, \(results.count) rows", isOpen: results.count <= 24, content))
    }
    for table in tables {
      parts.append((table.title.isEmpty ? "" : HTML.text("h3", table.title)) + HTML.table(table))
    }
    if let table = quantityTable { parts.append(HTML.details("Quantities", HTML.table(table))) }
    if !method.isEmpty || options != nil {
      parts.append(HTML.details("Method", HTML.fixed(method + optionLines)))
    }
    if results.contains(where: { !$0.samples.isEmpty }) {
      parts.append(HTML.details("Raw samples", sampleTable))
    }
    return parts.joined(separator: "\n")
  }

  /// How long and how often it was measured.
  private var optionLines: [String] {
    guard let options else { return [] }
    return [
      "",
      "at least \(options.cycles) samples and \(Format.time(options.minimumTime)) for each contender in "
        + "\(Format.time(options.timeBudget)) for all, in random order (seed \(options.seed))",
    ]
  }

  /// A tree with a bar for each part's share.
  private static func html(_ breakdown: Breakdown) -> String {
    let columns = breakdown.columns
    let head = columns.enumerated().map {
      "<th\($0 == 0 ? "" : " class=\"n\"")>\(HTML.escaped($1))</th>"
    }
    let rows = breakdown.rows.map { row in
      let cells = row.cells.enumerated().map { index, text in
        if index == 0 {
          return "<td style=\"padding-left:\(0.6 + 1.2 * Double(row.depth))em\">"
            + "\(HTML.escaped(text))</td>"
        }
        let isShare = columns[index] == "share"
        let share = Format.fixed(min(max(row.part.share, 0), 1) * 100, digits: 2)
        return isShare
          ? "<td class=\"n bar\" style=\"--share:\(share)%\">\(HTML.escaped(text))</td>"
          : "<td class=\"n\">\(HTML.escaped(text))</td>"
      }
      return "<tr\(row.depth == 0 ? " class=\"whole\"" : "")>\(cells.joined())</tr>"
    }
    return HTML.text("h3", breakdown.title)
      + "<div class=\"scroll\"><table><thead><tr>\(head.joined())</tr></thead><tbody>"
      + rows.joined(separator: "\n") + "</tbody></table></div>"
  }

  /// Every sample as a stroke between the fastest and the slowest of its contender, and as a number.
  private var sampleTable: String {
    let rows = results.filter { !$0.samples.isEmpty }.map { result in
      let seconds = result.samples.map(\.seconds)
      let (least, most) = (seconds.min() ?? 0, seconds.max() ?? 0)
      let strokes = seconds.map { value in
        let place = most > least ? (value - least) / (most - least) * 196 + 2 : 100
        return "M\(Format.fixed(place, digits: 1)) 2v12"
      }
      let strip =
        "<svg class=\"strip\" viewBox=\"0 0 200 16\" role=\"img\" aria-label=\"samples\">"
        + "<path d=\"\(strokes.joined())\"/></svg>"
      let numbers = seconds.map { Format.time($0) }.joined(separator: " · ")
      return "<tr><td>\(HTML.escaped(result.label))</td><td class=\"n\">\(seconds.count)</td>"
        + "<td class=\"n\">\(HTML.escaped(Format.time(least)))</td><td>\(strip)</td>"
        + "<td>\(HTML.escaped(Format.time(most)))</td>"
        + "<td class=\"numbers\">\(HTML.escaped(numbers))</td></tr>"
    }
    let head =
      "<th>contender</th><th class=\"n\">samples</th><th class=\"n\">fastest</th><th></th>"
      + "<th>slowest</th><th>in the order in which they were taken</th>"
    return "<div class=\"scroll\"><table><thead><tr>\(head)</tr></thead><tbody>"
      + rows.joined(separator: "\n") + "</tbody></table></div>"
  }
}
