extension TerminalPlot {
  /// A plot on two axes of numbers.
  func pointLines(_ chart: Chart) -> [String] {
    let looks = chart.looks
    let yScale = chart.yScale(tickCount: max(2, height / 3))
    let labelWidth = yScale.ticks.map(\.label.count).max() ?? 0
    let columns = max(10, width - labelWidth - 2)
    let xScale = chart.xScale(tickCount: max(2, columns / 9))
    var canvas = TerminalCanvas(columns: columns, rows: height, isUnicode: isUnicode)
    drawMarks(chart, xScale, &canvas)
    for (index, series) in chart.series.enumerated() {
      draw(series, index, looks[index], of: chart, xScale, yScale, &canvas)
    }
    var lines = [chart.title, ""]
    if !yScale.title.isEmpty {
      lines.append(String(repeating: " ", count: labelWidth) + " " + yScale.title)
    }
    var labels = [Int: String]()
    for tick in yScale.ticks {
      labels[canvas.cell(0, yScale.position(of: tick.value)).row] = tick.label
    }
    let (bar, cross) = isUnicode ? ("│", "┤") : ("|", "+")
    for row in 0..<height {
      let label = labels[row] ?? ""
      let space = String(repeating: " ", count: labelWidth - label.count)
      let axis = labels[row] == nil ? bar : cross
      let text = canvas.text(row: row) { text, owner in colored(text, looks[owner]) }
      lines.append(Self.trimmed(space + label + " " + axis + text))
    }
    lines += axisLines(xScale, columns: columns, indent: labelWidth + 1, canvas)
    lines.append("")
    lines += legend(chart, looks, xScale)
    return lines.map(Self.trimmed)
  }

  private func drawMarks(_ chart: Chart, _ scale: ChartScale, _ canvas: inout TerminalCanvas) {
    for mark in chart.drawableMarks {
      let column = canvas.cell(scale.position(of: mark.x), 0).column
      for row in 0..<height {
        canvas.put(isUnicode ? "┊" : ":", column: column, row: row, owner: nil)
      }
    }
  }

  private func draw(
    _ series: ChartSeries, _ index: Int, _ look: SeriesLook, of chart: Chart,
    _ xScale: ChartScale, _ yScale: ChartScale, _ canvas: inout TerminalCanvas
  ) {
    let points = series.drawable(chart.xAxis, chart.yAxis)
    let places = points.map { (x: xScale.position(of: $0.x), y: yScale.position(of: $0.y)) }
    if series.style == .line || series.style == .guide {
      for (start, end) in zip(places, places.dropFirst()) {
        canvas.line(from: start, to: end, isDashed: series.style == .guide, owner: index)
      }
    }
    for (point, place) in zip(points, places) {
      if series.style == .bars {
        canvas.line(
          from: (place.x, yScale.position(of: max(0, yScale.lower))), to: place, owner: index)
      }
      guard let interval = point.interval else { continue }
      canvas.line(
        from: (place.x, yScale.position(of: interval.lower)),
        to: (place.x, yScale.position(of: interval.upper)), owner: index)
    }
    guard series.style != .guide else { return }
    for place in places {
      let cell = canvas.cell(place.x, place.y)
      canvas.put(pointGlyph(look), column: cell.column, row: cell.row, owner: index)
    }
    for (point, place) in zip(points, places) {
      guard let label = point.label, !label.isEmpty else { continue }
      write(label, at: canvas.cell(place.x, place.y), owner: index, &canvas)
    }
  }

  /// Beside a point, on the first side with room; nowhere when there is none.
  private func write(
    _ label: String, at cell: (column: Int, row: Int), owner: Int, _ canvas: inout TerminalCanvas
  ) {
    let count = label.count
    let starts = [
      (cell.column + 2, cell.row), (cell.column - 1 - count, cell.row),
      (cell.column - count / 2, cell.row - 1), (cell.column - count / 2, cell.row + 1),
    ]
    guard
      let (column, row) = starts.first(where: {
        canvas.isFree(column: $0.0, row: $0.1, count: count)
      })
    else { return }
    for (offset, glyph) in label.enumerated() {
      canvas.put(glyph, column: column + offset, row: row, owner: owner)
    }
  }

  /// The horizontal axis with its ticks, their labels and its title.
  func axisLines(
    _ scale: ChartScale, columns: Int, indent: Int, _ canvas: TerminalCanvas
  ) -> [String] {
    let (corner, line, tick): (Character, Character, Character) =
      isUnicode ? ("└", "─", "┬") : ("+", "-", "+")
    var axis = [Character](repeating: line, count: columns)
    var labels = [Character](repeating: " ", count: indent + 1 + columns)
    var next = 0
    for place in scale.ticks {
      let column = canvas.cell(scale.position(of: place.value), 0).column
      axis[column] = tick
      let start = min(
        max(0, indent + 1 + column - place.label.count / 2), labels.count - place.label.count)
      // A label that would touch the one before is left out.
      guard start >= next else { continue }
      for (offset, character) in place.label.enumerated() { labels[start + offset] = character }
      next = start + place.label.count + 1
    }
    let space = String(repeating: " ", count: indent)
    let title = space + " " + Self.centered(scale.title, columns)
    return [space + String(corner) + String(axis), String(labels)]
      + (scale.title.isEmpty ? [] : [title])
  }

  /// What is what, series and marks.
  private func legend(_ chart: Chart, _ looks: [SeriesLook], _ scale: ChartScale) -> [String] {
    var entries = zip(chart.series, looks).map { series, look in
      let sign =
        series.style == .guide
        ? (isUnicode ? "╌╌" : "..") : String(pointGlyph(look))
      return (
        text: colored(sign, look) + " " + series.name, length: sign.count + 1 + series.name.count
      )
    }
    for mark in chart.drawableMarks {
      var text = (isUnicode ? "┊ " : ": ") + mark.label
      if let interval = mark.interval {
        text += " (\(AxisUnit.rounded(interval.lower)) to \(AxisUnit.rounded(interval.upper)))"
      }
      entries.append((text, text.count))
    }
    return wrapped(entries)
  }
}
