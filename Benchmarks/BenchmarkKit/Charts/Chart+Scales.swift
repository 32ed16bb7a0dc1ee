extension ChartSeries {
  /// The points that can be drawn on such axes: finite, and positive where an axis is logarithmic.
  func drawable(_ xAxis: ChartAxis, _ yAxis: ChartAxis) -> [Point] {
    points.filter {
      $0.x.isFinite && $0.y.isFinite && (!xAxis.isLogarithmic || $0.x > 0)
        && (!yAxis.isLogarithmic || $0.y > 0)
    }
  }
}

extension Chart {
  /// Whether there is anything to draw.
  public var isEmpty: Bool {
    series.allSatisfy { $0.drawable(xAxis, yAxis).isEmpty }
  }

  /// The vertical ends of every bar, series by series: what stands on what came before it at the same place.
  var stackedBars: [(series: Int, x: Double, from: Double, to: Double, interval: Interval?)] {
    var heights: [Double: Double] = [:]
    var bars: [(series: Int, x: Double, from: Double, to: Double, interval: Interval?)] = []
    for (index, series) in series.enumerated() where series.style == .bars {
      for point in series.drawable(xAxis, yAxis) {
        let from = heights[point.x] ?? 0
        heights[point.x] = from + point.y
        let interval = point.interval.map {
          Interval(lower: from + $0.lower, upper: from + $0.upper)
        }
        bars.append((index, point.x, from, from + point.y, interval))
      }
    }
    return bars
  }

  var hasBars: Bool { series.contains { $0.style == .bars } }

  /// The marks that can be drawn.
  var drawableMarks: [ChartMark] {
    marks.filter { $0.x.isFinite && (!xAxis.isLogarithmic || $0.x > 0) }
  }

  /// The horizontal axis with room for so many labels.
  func xScale(tickCount: Int) -> ChartScale {
    let values = series.flatMap { $0.drawable(xAxis, yAxis).map(\.x) }
    let measured = series.filter { $0.style == .line }
      .flatMap { $0.drawable(xAxis, yAxis).map(\.x) }
    return ChartScale(
      xAxis, values: values + drawableMarks.map(\.x), sizes: measured,
      tickCount: tickCount, zeroShare: 0.2)
  }

  /// The vertical axis with room for so many labels.
  func yScale(tickCount: Int) -> ChartScale {
    var values: [Double] = []
    for series in series where series.style != .bars {
      for point in series.drawable(xAxis, yAxis) {
        values.append(point.y)
        if let interval = point.interval { values += [interval.lower, interval.upper] }
      }
    }
    for bar in stackedBars {
      values.append(bar.to)
      if let interval = bar.interval { values.append(interval.upper) }
    }
    return ChartScale(yAxis, values: values, tickCount: tickCount, startsAtZero: hasBars)
  }
}
