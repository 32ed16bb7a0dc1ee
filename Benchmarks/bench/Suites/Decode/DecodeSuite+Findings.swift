import BenchmarkKit

extension DecodeSuite {
  func conclude(_ report: inout SuiteReport, _ settings: Settings) {
    report.results = Self.inOrder(report.results)
    let all = report.results.compactMap(DecodeTimes.init)
    report.tables = [table(all)]
    report.findings = sentences(all, settings)
    report.quantities = all.flatMap { times -> [Quantity] in
      let values = [
        ("to the first token", Quantiles.median(of: times.first)),
        ("a following token, p50", times.next(0.5)), ("a following token, p99", times.next(0.99)),
      ]
      return values.compactMap { name, value in
        value.map { Quantity("\(times.result.label), \(name)", $0, unit: "s") }
      }
    }
    report.charts = charts(all, settings)
  }

  private func table(_ all: [DecodeTimes]) -> TextTable {
    var table = TextTable(
      "to the first token, and each token after it",
      columns: [
        TextTable.Column("contender", .left), TextTable.Column("task", .left),
        TextTable.Column("batch"), TextTable.Column("T"), TextTable.Column("first"),
        TextTable.Column("95 % interval"), TextTable.Column("next p50"),
        TextTable.Column("95 % interval"), TextTable.Column("p99"), TextTable.Column("steps"),
      ])
    var previous = ""
    for times in all {
      if !previous.isEmpty && previous != times.result.name { table.addRule() }
      previous = times.result.name
      let first = Summary(times.first)
      // By runs, because the steps of a run are slow or fast together.
      let interval = MedianInterval.interval(ofSorted: times.nextMedians.sorted())
      table.add([
        times.result.name, times.result.task,
        times.result.value(of: "batch").map(Format.plain) ?? "",
        times.result.value(of: "T").map(Format.plain) ?? "",
        first.map { Format.time($0.median) } ?? "",
        first.map { Format.timeRange($0.interval.lower, $0.interval.upper) } ?? "",
        times.next(0.5).map(Format.time) ?? "",
        interval.map { Format.timeRange($0.lower, $0.upper) } ?? "",
        times.next(0.99).map(Format.time) ?? "",
        "\(times.next.reduce(0) { $0 + $1.count })",
      ])
    }
    return table
  }

  private func sentences(_ all: [DecodeTimes], _ settings: Settings) -> [String] {
    func find(_ name: String, like other: DecodeTimes, task: String? = nil) -> DecodeTimes? {
      all.first {
        $0.result.name == name && $0.result.task == task ?? other.result.task
          && $0.result.parameters == other.result.parameters
      }
    }
    /// How many times as long one takes as the other, with its interval.
    func ratio(_ one: [Double], _ other: [Double]) -> String? {
      guard let a = Quantiles.median(of: one), let b = Quantiles.median(of: other), b > 0,
        let interval = Bootstrap.ratioInterval(one, to: other, seed: settings.seed)
      else { return nil }
      let times = "\(Format.significant(a / b)) times"
      // Of fewer values, resampling makes an interval without width.
      if min(one.count, other.count) < 3 { return times + " (too few runs for an interval)" }
      return "\(times) (\(interval.text(Format.significant)))"
    }
    func place(_ times: DecodeTimes) -> String {
      "\(times.result.task), batch \(times.result.value(of: "batch").map(Format.plain) ?? "?"), "
        + "\(times.result.value(of: "T").map(Format.plain) ?? "?") tokens"
    }
    var sentences: [String] = []
    for times in all where times.result.name == Self.uncachedName {
      guard let cached = find("Transformer", like: times),
        let text = ratio(times.nextMedians, cached.nextMedians)
      else { continue }
      sentences.append("\(place(times)): without the cache a token takes \(text) as long")
    }
    for times in all where times.result.name == "LSTM" {
      guard let other = find("Transformer", like: times),
        let next = ratio(other.nextMedians, times.nextMedians),
        let first = ratio(other.first, times.first)
      else { continue }
      sentences.append(
        "\(place(times)): the Transformer's first token takes \(first) as long as the LSTM's, each "
          + "following one \(next)")
    }
    for times in all where times.result.task != "greedy" {
      guard let greedy = find(times.result.name, like: times, task: "greedy"),
        let text = ratio(times.nextMedians, greedy.nextMedians)
      else { continue }
      sentences.append(
        "\(times.result.name), batch \(times.result.value(of: "batch").map(Format.plain) ?? "?"): a "
          + "step of \(times.result.task) takes \(text) as long as one of greedy search")
    }
    for times in long(all, settings) {
      guard
        let text = ratio(times.next(from: 0.875, to: 1), times.next(from: 0, to: 0.125))
      else { continue }
      sentences.append(
        "\(times.result.name), \(place(times)): a token of the last eighth takes \(text) as long as "
          + "one of the first")
    }
    return sentences
  }

  /// The searches whose steps are looked at one by one.
  private func long(_ all: [DecodeTimes], _ settings: Settings) -> [DecodeTimes] {
    let length = Double(DecodeScale(settings.extent).longOutput)
    return all.filter {
      $0.result.task == "greedy" && $0.result.value(of: "batch") == 1
        && $0.result.value(of: "T") == length
    }
  }

  private func charts(_ all: [DecodeTimes], _ settings: Settings) -> [Chart] {
    let positions = long(all, settings).map {
      $0.byPosition($0.result.name)
    }
    func name(_ times: DecodeTimes) -> String { "\(times.result.name), \(times.result.task)" }
    let batches = all.map(name).uniqued().compactMap { series -> ChartSeries? in
      let points = all.filter { name($0) == series }
        .compactMap { times -> ChartSeries.Point? in
          guard let batch = times.result.value(of: "batch"), let time = times.next(0.5),
            let interval = MedianInterval.interval(ofSorted: times.nextMedians.sorted())
          else { return nil }
          return ChartSeries.Point(
            x: batch, y: batch / time,
            interval: interval.rate(of: batch))
        }.sorted { $0.x < $1.x }
      // Of one batch there may be two lengths; the shorter is the one that others have too.
      var seen: Set<Double> = []
      return ChartSeries(series, points: points.filter { seen.insert($0.x).inserted })
    }
    return [
      Chart(
        name: "position", title: "a token's time by its place in the output (greedy, one sentence)",
        xAxis: ChartAxis("place in the output", unit: "tokens"),
        yAxis: ChartAxis("time of a token", unit: "s", isLogarithmic: true), series: positions),
      Chart(
        name: "batch", title: "following tokens a second by batch size",
        xAxis: ChartAxis("sentences in a batch", isLogarithmic: true),
        yAxis: ChartAxis("target tokens", unit: "tokens/s", isLogarithmic: true),
        series: batches),
    ].filter { !$0.series.isEmpty }
  }
}
