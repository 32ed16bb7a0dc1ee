extension GnuplotScript {
  /// Marks: a line at the place, its interval shaded, what is there written at the top.
  func markCommands() -> [String] {
    var lines: [String] = []
    for (index, mark) in chart.drawableMarks.enumerated() {
      if let interval = mark.interval {
        let ends = [interval.lower, interval.upper].map {
          min(max($0, xScale.lower), xScale.upper)
        }
        lines.append(
          "set object rectangle from first \(ends[0]), graph 0 to first \(ends[1]), graph 1 behind "
            + "fillcolor rgb '\(SeriesLook.grey)' fillstyle solid 0.14 noborder")
      }
      lines.append(
        "set arrow from first \(mark.x), graph 0 to first \(mark.x), graph 1 nohead back "
          + "lc rgb '\(SeriesLook.grey)' lw 1.6 dt (6,4)")
      // On the side with more room; several marks below one another.
      let place = xScale.position(of: mark.x)
      let isLeft = place > 0.5
      let y = 1 - (0.7 + Double(index)) * Self.line / area.height
      lines.append(
        "set label \(Self.quoted(mark.label)) at first \(mark.x), graph \(y) "
          + "\(isLeft ? "right" : "left") offset \(isLeft ? -0.6 : 0.6),0 front")
    }
    return lines
  }

  /// The labels of points, placed so that they do not cover points or one another.
  func labelCommands() -> [String] {
    struct Labelled {
      let text: String
      let x: Double
      let y: Double
      let series: Int
    }
    var labelled: [Labelled] = []
    var taken: [LabelPlacement.Box] = []
    let bars = chart.stackedBars
    for (index, series) in chart.series.enumerated() {
      var places = series.drawable(chart.xAxis, chart.yAxis).map {
        (x: xScale.position(of: $0.x) * area.width, y: yScale.position(of: $0.y) * area.height)
      }
      if series.style == .bars {
        places = bars.filter { $0.series == index }.map {
          (
            x: xScale.position(of: $0.x) * area.width,
            y: yScale.position(of: ($0.from + $0.to) / 2) * area.height
          )
        }
      }
      for (point, place) in zip(series.drawable(chart.xAxis, chart.yAxis), places) {
        if let label = point.label, !label.isEmpty {
          labelled.append(Labelled(text: label, x: place.x, y: place.y, series: index))
        }
      }
      taken += places.map {
        LabelPlacement.Box(left: $0.x - 6, bottom: $0.y - 6, right: $0.x + 6, top: $0.y + 6)
      }
      if series.style == .guide || series.style == .line {
        for (a, b) in zip(places, places.dropFirst()) {
          // Small boxes along the line, since labels should not lie on it either.
          for step in 0..<40 {
            let share = Double(step) / 40
            let (x, y) = (a.x + share * (b.x - a.x), a.y + share * (b.y - a.y))
            taken.append(LabelPlacement.Box(left: x - 3, bottom: y - 3, right: x + 3, top: y + 3))
          }
        }
      }
    }
    if case .inside(let isLeft, let isTop) = legend {
      let size = (
        width: Self.letter * Double(chart.series.map(\.name.count).max() ?? 0) + 4.5
          * Self.fontSize,
        height: Double(chart.series.count) * Self.line + 12
      )
      let left = isLeft ? 0 : area.width - size.width
      let bottom = isTop ? area.height - size.height : 0
      taken.append(
        LabelPlacement.Box(
          left: left, bottom: bottom, right: left + size.width, top: bottom + size.height))
    }
    var placement = LabelPlacement(width: area.width, height: area.height, taken: taken)
    return labelled.map { label in
      if chart.series[label.series].style == .bars {
        return "set label \(Self.quoted(label.text)) at graph \(label.x / area.width), "
          + "graph \(label.y / area.height) center front"
      }
      let box = placement.place(
        x: label.x, y: label.y, width: Self.letter * Double(label.text.count),
        height: Self.fontSize)
      return "set label \(Self.quoted(label.text)) at graph \(box.left / area.width), "
        + "graph \((box.bottom + box.top) / 2 / area.height) left front "
        + "textcolor rgb '\(Self.colour(looks[label.series]))'"
    }
  }
}
