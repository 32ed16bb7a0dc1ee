extension GnuplotScript {
  /// Rows that marks take above the data, in lines of text: a name, and below it the interval unless it is shaded.
  static func markRows(_ marks: [ChartMark]) -> Double {
    marks.count < 2 ? Double(marks.count) : 1.7 * Double(marks.count)
  }

  /// Marks: a line at the place, what is there written at the top, and its interval: shaded, or drawn below the words
  /// where there are several marks. A mark that is named after a series has its colour.
  func markCommands() -> [String] {
    var lines: [String] = []
    let marks = chart.drawableMarks
    let isSingle = marks.count == 1
    for (index, mark) in marks.enumerated() {
      let owner = chart.series.firstIndex { !$0.name.isEmpty && mark.label.hasPrefix($0.name) }
      let colour = owner.map { Self.colour(looks[$0]) } ?? SeriesLook.grey
      let row = (0.7 + Double(index) * (isSingle ? 1 : 1.7)) * Self.line / area.height
      let bottom = isSingle ? 1 : 1 - row - 0.75 * Self.line / area.height
      lines.append(
        "set arrow from first \(mark.x), graph 0 to first \(mark.x), graph \(bottom) "
          + "nohead back lc rgb '\(colour)' lw 1.6 dt (6,4)")
      if let interval = mark.interval {
        let ends = [interval.lower, interval.upper].map {
          min(max($0, xScale.lower), xScale.upper)
        }
        lines.append(
          isSingle
            ? "set object rectangle from first \(ends[0]), graph 0 to first \(ends[1]), graph 1 "
              + "behind fillcolor rgb '\(colour)' fillstyle solid 0.14 noborder"
            : "set arrow from first \(ends[0]), graph \(bottom) to first \(ends[1]), graph \(bottom) "
              + "heads size screen 0.006,90 back lc rgb '\(colour)' lw 1.8 dt 1")
      }
      // On the side with more room.
      let isLeft = xScale.position(of: mark.x) > 0.5
      lines.append(
        "set label \(Self.quoted(mark.label)) at first \(mark.x), graph \(1 - row) "
          + "\(isLeft ? "right" : "left") offset \(isLeft ? -0.6 : 0.6),0 front "
          + "textcolor rgb '\(colour)'")
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
