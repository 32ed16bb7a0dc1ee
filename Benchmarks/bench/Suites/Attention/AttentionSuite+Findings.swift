import AttentionKit
import BenchmarkKit

extension AttentionSuite {
  func conclude(_ report: inout SuiteReport, _ settings: Settings) {
    let scale = AttentionScale(settings.extent)
    // Under the instrument a layer is only taken apart.
    let growing = report.results.filter {
      $0.parameters.count == 1 && !$0.name.hasSuffix("profiled")
    }
    report.fits = SeriesFit.fits(of: growing, against: "n", octaves: 2)
    report.quantities = report.fits.map {
      Quantity("\($0.name) \($0.task), exponent of n", $0.fit.exponent, unit: "")
    }
    let laws = Self.laws(growing)
    if !laws.isEmpty { report.tables.append(lawTable(laws, report.fits)) }
    let parts = ["forward", "forward+backward"].flatMap { task in
      [AttentionLayer.Form.tiles, .plain].flatMap { form in
        (task == "forward" ? scale.partLengths.forward : scale.partLengths.backward).compactMap {
          AttentionParts(form, task, length: $0, steps)
        }
      }
    }
    if !parts.isEmpty { report.tables.append(Self.partTable(parts)) }
    report.findings =
      lawFindings(laws, parts) + memoryFindings(growing)
      + tokenFindings(report.results, tokens: scale.tokens)
    report.charts = charts(report.results, growing, parts, tokens: scale.tokens)
  }

  /// The fitted law of a series.
  struct Law {
    let name: String
    let task: String
    let fit: QuadraticFit
    let longest: Double
  }

  private static func laws(_ results: [ContenderResult]) -> [Law] {
    var points: [[String]: [(x: Double, y: Double)]] = [:]
    var order: [[String]] = []
    for result in results {
      guard let n = result.value(of: "n"), let summary = result.summary else { continue }
      let key = [result.name, result.task]
      if points[key] == nil { order.append(key) }
      points[key, default: []].append((n, summary.median))
    }
    return order.compactMap { key in
      let series = points[key] ?? []
      // Three sizes are met exactly, whatever the law.
      guard series.count > 3 else { return nil }
      return QuadraticFit(series).map {
        Law(name: key[0], task: key[1], fit: $0, longest: series.map(\.x).max() ?? 0)
      }
    }
  }

  /// a, b and c with their intervals, beside the exponent.
  private func lawTable(_ laws: [Law], _ fits: [SeriesFit]) -> TextTable {
    var table = TextTable(
      "what time is made of: a n² + b n + c",
      columns: [
        TextTable.Column("contender", .left), TextTable.Column("task", .left),
        TextTable.Column("exponent"), TextTable.Column("a, a pair"), TextTable.Column("95 %"),
        TextTable.Column("b, a token"), TextTable.Column("95 %"), TextTable.Column("c, a call"),
        TextTable.Column("95 %"), TextTable.Column("error"), TextTable.Column("a n² = b n at"),
      ])
    for law in laws {
      let exponent = fits.first { $0.name == law.name && $0.task == law.task }?.fit
      var power = exponent.map { Format.fixed($0.exponent, digits: 2) } ?? ""
      if let interval = exponent?.exponentInterval {
        power += " (\(interval.text { Format.fixed($0, digits: 2) }))"
      }
      func cells(_ coefficient: QuadraticFit.Coefficient) -> [String] {
        [
          coefficient.value > 0 ? Format.time(coefficient.value) : "0",
          coefficient.interval.map { Format.timeRange($0.lower, $0.upper) } ?? "",
        ]
      }
      table.add(
        [law.name, law.task, power] + cells(law.fit.quadratic) + cells(law.fit.linear)
          + cells(law.fit.constant) + [
            Format.percent(law.fit.relativeError),
            law.fit.balance.map { "n = \(Format.significant($0))" } ?? "",
          ])
    }
    return table
  }

  private static func partTable(_ parts: [AttentionParts]) -> TextTable {
    var table = TextTable(
      "the layer taken apart by the profile",
      columns: [
        TextTable.Column("form", .left), TextTable.Column("task", .left), TextTable.Column("n"),
        TextTable.Column("part", .left), TextTable.Column("time"), TextTable.Column("share"),
      ])
    for (index, one) in parts.enumerated() {
      if index > 0 { table.addRule() }
      for (position, part) in one.parts.enumerated() {
        let head = position == 0 ? [one.form.rawValue, one.task, "\(one.length)"] : ["", "", ""]
        table.add(
          head + [
            part.name, Format.time(part.seconds),
            Format.percent(one.total > 0 ? part.seconds / one.total : 0),
          ])
      }
    }
    return table
  }

  /// The law of the layer, and whether its parts agree with it.
  private func lawFindings(_ laws: [Law], _ parts: [AttentionParts]) -> [String] {
    var lines: [String] = []
    for name in ["scaled dot", Self.layerName] {
      guard let law = laws.first(where: { $0.name == name && $0.task == "forward" }) else {
        continue
      }
      let shares = law.fit.shares(at: law.longest)
      lines.append(
        "\(name), forward: \(law.fit.law(of: "n")); at n = \(Format.plain(law.longest)) "
          + "\(Format.percent(shares.quadratic)) of it grows with n²")
    }
    guard let law = laws.first(where: { $0.name == Self.layerName && $0.task == "forward" }) else {
      return lines
    }
    let tiles = parts.filter { $0.form == .tiles && $0.task == "forward" }
    if let longest = tiles.last {
      let expected = law.fit.shares(at: Double(longest.length)).quadratic
      lines.append(
        "\(Self.layerName) at n = \(longest.length): scores, softmax and mix take "
          + "\(Format.percent(longest.pairShare)) by the profile, a n² is "
          + "\(Format.percent(expected)) by the law")
    }
    return lines
  }

  private func memoryFindings(_ results: [ContenderResult]) -> [String] {
    ["forward", "forward+backward"].compactMap { task in
      let powers = SeriesFit.fits(of: results, against: "n", octaves: 2) {
        $0.task == task ? $0.memory?.allocated.map(Double.init) : nil
      }
      if powers.isEmpty { return nil }
      return "tensors grow as n to the power of, \(task): "
        + powers.map { "\($0.name) \(Format.fixed($0.fit.exponent, digits: 2))" }
        .joined(separator: ", ")
    }
  }

  private func tokenFindings(_ results: [ContenderResult], tokens: Int) -> [String] {
    let constant = results.filter { $0.task == Self.constantTask(tokens: tokens) }
    guard let first = constant.first, let last = constant.last, constant.count > 1,
      let short = first.summary?.median, let long = last.summary?.median,
      let from = first.value(of: "n"), let to = last.value(of: "n")
    else { return [] }
    return [
      "\(tokens) tokens as sequences of \(Format.plain(to)) instead of \(Format.plain(from)): "
        + "\(Format.significant(long / short)) times the time for \(Format.significant(to / from)) times "
        + "the pairs"
    ]
  }

  private func charts(
    _ results: [ContenderResult], _ growing: [ContenderResult], _ parts: [AttentionParts],
    tokens: Int
  ) -> [Chart] {
    let length = ChartAxis("sequence length n", unit: "tokens", isLogarithmic: true)
    let time = ChartAxis("time", unit: "s", isLogarithmic: true)
    var charts: [Chart] = []
    for (name, task) in [("forward", "forward"), ("backward", "forward+backward")] {
      let isForward = task == "forward"
      charts.append(
        Chart(
          name: "time-\(name)",
          title: "attention, \(isForward ? "forward" : "forward and backward")",
          xAxis: length, yAxis: time,
          series: ChartSeries.series(of: growing, task: task, against: "n")))
      charts.append(
        Chart(
          name: "memory-\(name)",
          title: "memory of tensors, \(isForward ? "forward" : "forward and backward")",
          xAxis: length, yAxis: ChartAxis("peak of tensors", unit: "B", isLogarithmic: true),
          series: ChartSeries.series(of: growing, task: task, against: "n") {
            $0.memory?.allocated.map { (Double($0), nil) }
          }))
    }
    charts.append(
      Chart(
        name: "tokens", title: "\(tokens) tokens in sequences of n, forward",
        xAxis: length, yAxis: time,
        series: ChartSeries.series(
          of: results, task: Self.constantTask(tokens: tokens), against: "n")))
    charts += [AttentionLayer.Form.tiles, .plain].compactMap { Self.partChart(parts, $0) }
    return charts.filter { chart in chart.series.contains { !$0.points.isEmpty } }
  }

  /// Bars of parts by length, forward.
  private static func partChart(_ parts: [AttentionParts], _ form: AttentionLayer.Form) -> Chart? {
    let bars = parts.filter { $0.form == form && $0.task == "forward" }
    guard let names = bars.first?.parts.map(\.name) else { return nil }
    return Chart(
      name: "parts-\(form.rawValue)",
      title: "self-attention with projections, \(form == .tiles ? "in tiles" : "plain")",
      xAxis: ChartAxis("sequence length n", categories: bars.map { "\($0.length)" }),
      yAxis: ChartAxis("share of the layer", unit: "%"),
      series: names.enumerated().map { index, name in
        ChartSeries(
          name, style: .bars,
          points: bars.enumerated().map { place, bar in
            ChartSeries.Point(
              x: Double(place),
              y: bar.total > 0 ? 100 * bar.parts[index].seconds / bar.total : 0)
          })
      })
  }
}
