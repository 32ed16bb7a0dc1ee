extension TerminalPlot {
  /// A chart of bars over things: a row for each, since names are read from left to right.
  func barLines(_ chart: Chart) -> [String] {
    let looks = chart.looks
    let categories = chart.xAxis.categories
    let nameWidth = min(categories.map(\.count).max() ?? 0, width / 3)
    let unit = AxisUnit(chart.yAxis.unit)
    let bars = chart.stackedBars
    let totals = categories.indices.map { place -> String in
      bars.last { $0.x == Double(place) }.map { unit.label(rounded: $0.to) } ?? ""
    }
    let columns = max(10, width - nameWidth - 3 - (totals.map(\.count).max() ?? 0))
    let scale = chart.yScale(tickCount: max(2, columns / 10))
    let canvas = TerminalCanvas(columns: columns, rows: 1, isUnicode: isUnicode)
    let bar = isUnicode ? "│" : "|"
    var lines = [chart.title, ""]
    for (place, category) in categories.enumerated() {
      var cells = [(Character, Int?)](repeating: (" ", nil), count: columns)
      for part in bars where part.x == Double(place) {
        // Rounding the ends rather than the lengths keeps the whole bar as long as it is.
        let from = Int((scale.position(of: part.from) * Double(columns)).rounded())
        let to = Int((scale.position(of: part.to) * Double(columns)).rounded())
        for column in from..<max(from, to) { cells[column] = (fill(part.series), part.series) }
      }
      for (index, series) in chart.series.enumerated() where series.style != .bars {
        for point in series.drawable(chart.xAxis, chart.yAxis)
        where point.x.rounded() == Double(place) {
          let column = canvas.cell(scale.position(of: point.y), 0).column
          cells[column] = (pointGlyph(looks[index]), index)
        }
      }
      let end = (cells.lastIndex { $0.0 != " " } ?? -1) + 1
      let text = cells[..<end].map { cell in
        cell.1.map { colored(String(cell.0), looks[$0]) } ?? String(cell.0)
      }.joined()
      let name = category.prefix(nameWidth)
      let padding = String(repeating: " ", count: nameWidth - name.count)
      lines.append("\(name)\(padding) \(bar)\(text) \(totals[place])")
    }
    lines += axisLines(scale, columns: columns, indent: nameWidth + 1, canvas)
    let entries = zip(chart.series.indices, looks).map { index, look in
      let series = chart.series[index]
      let sign = String(series.style == .bars ? fill(index) : pointGlyph(look))
      return (text: colored(sign, look) + " " + series.name, length: 2 + series.name.count)
    }
    if chart.series.count > 1 { lines += [""] + wrapped(entries) }
    return lines.map(Self.trimmed)
  }

  private func fill(_ series: Int) -> Character {
    let fills: [Character] =
      isUnicode
      ? ["█", "▒", "▓", "░", "▚", "◼", "╱", "▪"] : ["#", "=", "+", "-", ":", "%", "o", "."]
    return fills[series % fills.count]
  }
}
