extension GnuplotScript {
  /// Data blocks and what is drawn from them.
  func plotCommands() -> (data: [String], commands: [String]) {
    var data: [String] = []
    var commands: [String] = []
    func block(_ rows: [[Double]]) -> String {
      let name = "$data\(data.count)"
      let text = rows.map { $0.map { "\($0)" }.joined(separator: " ") }.joined(separator: "\n")
      data.append("\(name) << EOD\n\(text)\nEOD")
      return name
    }
    let bars = chart.stackedBars
    for (index, series) in chart.series.enumerated() {
      let look = looks[index]
      let title = legend == .none ? "notitle" : "title \(Self.quoted(series.name))"
      let colour = "lc rgb '\(Self.colour(look))'"
      let points = series.drawable(chart.xAxis, chart.yAxis)
      if points.isEmpty { continue }
      let rows = points.map { [$0.x, $0.y] }
      let dashes = ["1", "(9,5)", "(2,4)", "(9,4,2,4)"]
      let dash = "dt \(dashes[look.dash % dashes.count])"
      let shapes = [7, 5, 9, 13, 11, 6, 4, 8, 12, 10]
      let shape = "pt \(shapes[look.point % shapes.count])"
      switch series.style {
      case .line:
        commands += errorBars(points.map { ($0.x, $0.y, $0.interval) }, colour, block)
        commands.append(
          "\(block(rows)) with linespoints lw 2.4 \(dash) \(shape) ps 1 \(colour) \(title)")
      case .points:
        commands += errorBars(points.map { ($0.x, $0.y, $0.interval) }, colour, block)
        commands.append("\(block(rows)) with points \(shape) ps 1.4 \(colour) \(title)")
      case .guide:
        commands.append("\(block(rows)) with lines lw 1.8 \(dash) \(colour) \(title)")
      case .bars:
        let own = bars.filter { $0.series == index }
        let half = chart.xAxis.categories.isEmpty ? barWidth / 2 : 0.36
        let boxes = own.map { [$0.x, $0.to, $0.x - half, $0.x + half, $0.from, $0.to] }
        // A colour that was used before is paler.
        let fill = look.dash == 0 ? 0.9 : 0.45
        commands.append(
          "\(block(boxes)) with boxxyerror fillstyle solid \(fill) border lc rgb '#ffffff' lw 1 "
            + "fillcolor rgb '\(Self.colour(look))' \(title)")
        commands += errorBars(
          own.map { ($0.x, $0.to, $0.interval) }, "lc rgb '\(SeriesLook.grey)'", block)
      }
    }
    return (data, commands)
  }

  private func errorBars(
    _ points: [(x: Double, y: Double, interval: Interval?)], _ colour: String,
    _ block: ([[Double]]) -> String
  ) -> [String] {
    // As arrows with flat heads: gnuplot's own error bars clear a place for a point in their middle.
    let rows = points.compactMap { point in
      point.interval.map { interval in
        let lower = max(interval.lower, yScale.lower)
        return [point.x, lower, 0, interval.upper - lower]
      }
    }
    if rows.isEmpty { return [] }
    return ["\(block(rows)) with vectors heads size screen 0.005,90 lw 1.6 \(colour) notitle"]
  }

  /// On an axis of numbers, most of the least distance between two bars.
  private var barWidth: Double {
    let places = Set(chart.stackedBars.map(\.x)).sorted()
    let gap = zip(places, places.dropFirst()).map { $1 - $0 }.min() ?? 1
    return gap * 0.72
  }

  func legendCommands() -> [String] {
    // Bars are named in the order in which they stand on one another.
    let isOfBars = chart.series.allSatisfy { $0.style == .bars }
    let common = "Left reverse \(isOfBars ? "invert " : "")vertical samplen 2.6 spacing 1.2"
    switch legend {
    case .none: return ["set key off"]
    case .outside:
      let x = 1 - margins.right / width + 8 / width
      let y = 1 - margins.top / Self.height
      return ["set key at screen \(x), screen \(y) left top \(common)"]
    case .inside(let isLeft, let isTop):
      return ["set key inside \(isLeft ? "left" : "right") \(isTop ? "top" : "bottom") \(common)"]
    }
  }

  /// A corner without points, lines and marks; nil when there is none.
  static func corner(
    _ chart: Chart, _ xScale: ChartScale, _ yScale: ChartScale, width: Double, height: Double
  ) -> Legend? {
    var places: [(x: Double, y: Double)] = []
    for series in chart.series where series.style != .bars {
      let own = series.drawable(chart.xAxis, chart.yAxis).map {
        (x: xScale.position(of: $0.x), y: yScale.position(of: $0.y))
      }
      places += own
      for interval in series.drawable(chart.xAxis, chart.yAxis).map({ ($0.x, $0.interval) }) {
        guard let ends = interval.1 else { continue }
        for y in [ends.lower, ends.upper] {
          places.append((xScale.position(of: interval.0), yScale.position(of: y)))
        }
      }
      guard series.style != .points else { continue }
      for (a, b) in zip(own, own.dropFirst()) {
        for step in 1..<24 {
          let share = Double(step) / 24
          places.append((a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)))
        }
      }
    }
    for bar in chart.stackedBars {
      for step in 0...12 {
        places.append((xScale.position(of: bar.x), yScale.position(of: bar.to) * Double(step) / 12))
      }
    }
    for mark in chart.drawableMarks {
      let ends = [mark.x, mark.interval?.lower ?? mark.x, mark.interval?.upper ?? mark.x]
      for x in ends.map(xScale.position) {
        for step in 0...10 { places.append((x, Double(step) / 10)) }
      }
      // Its label is at the top, towards the middle.
      let x = xScale.position(of: mark.x)
      for step in 1...4 { places.append((x + (x > 0.5 ? -0.1 : 0.1) * Double(step), 0.95)) }
    }
    // With room between them and the legend.
    let (width, height) = (width + 0.03, height + 0.05)
    let corners = [(true, true), (false, true), (false, false), (true, false)]
    let counts = corners.map { isLeft, isTop in
      places.count { place in
        (isLeft ? place.x < width : place.x > 1 - width)
          && (isTop ? place.y > 1 - height : place.y < height)
      }
    }
    return counts.firstIndex(of: 0).map {
      .inside(isLeft: corners[$0].0, isTop: corners[$0].1)
    }
  }
}
