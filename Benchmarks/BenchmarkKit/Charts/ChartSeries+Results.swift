extension ChartSeries {
  /// One series for each contender of a task: a value of its results against one of their sizes, holes left out.
  ///
  /// - Parameters:
  ///   - results: what was measured.
  ///   - task: the task whose results are drawn.
  ///   - parameter: the size on the horizontal axis.
  ///   - value: what stands on the vertical one; the median time with its interval, unless said otherwise.
  public static func series(
    of results: [ContenderResult], task: String, against parameter: String,
    value: (ContenderResult) -> (y: Double, interval: Interval?)? = {
      $0.summary.map { ($0.median, $0.interval) }
    }
  ) -> [ChartSeries] {
    var names: [String] = []
    var points: [String: [Point]] = [:]
    for result in results where result.task == task {
      guard let x = result.value(of: parameter), let (y, interval) = value(result) else { continue }
      if points[result.name] == nil { names.append(result.name) }
      points[result.name, default: []].append(Point(x: x, y: y, interval: interval))
    }
    return names.map { ChartSeries($0, points: (points[$0] ?? []).sorted { $0.x < $1.x }) }
  }
}
