import BenchmarkKit

extension QualitySuite {
  /// What the curves say.
  func summarize(_ curves: [QualityCurve], _ data: QualityData, into report: inout SuiteReport) {
    let groups = curves.map(\.learner.name).uniqued().map { name in
      (name: name, curves: curves.filter { $0.learner.name == name && $0.points.count > 1 })
    }.filter { !$0.curves.isEmpty }
    report.tables = [table(curves)]
    report.findings = ["data: \(data.description)"]
    if let budget = groups.flatMap({ $0.curves.map(\.learner.seconds) }).min() {
      let ends = groups.map { group in
        let exact = spread(group.curves.compactMap(\.exactMatchAtEnd)) { Format.percent($0) }
        return
          "\(group.name) \(spread(group.curves.compactMap(\.points.last?.loss), loss)) (exact: "
          + "\(exact))"
      }
      report.findings.append(
        "held-out loss in nats a token after \(Format.significant(budget)) s of training each: "
          + ends.joined(separator: ", "))
    }
    report.findings += races(groups)
    report.quantities = curves.enumerated().flatMap { index, curve -> [Quantity] in
      let number = curves[..<index].count { $0.learner.name == curve.learner.name } + 1
      let name = "\(curve.learner.name) \(number)"
      return [
        curve.points.last.map { Quantity("\(name), held-out loss", $0.loss, unit: "nats/token") },
        curve.exactMatchAtEnd.map { Quantity("\(name), exact matches", $0, unit: "") },
      ].compactMap { $0 }
    }
    report.charts = [chart(groups)]
  }

  private func loss(_ value: Double) -> String { Format.fixed(value, digits: 3) }

  /// One value, or the median of several and from where to where they go.
  private func spread(_ values: [Double], _ text: (Double) -> String) -> String {
    guard let median = Quantiles.median(of: values), let least = values.min(),
      let most = values.max()
    else { return "unknown" }
    return values.count == 1 ? text(median) : "\(text(median)) [\(text(least)) to \(text(most))]"
  }

  private func table(_ curves: [QualityCurve]) -> TextTable {
    var table = TextTable(
      "before and after learning",
      columns: [
        TextTable.Column("model", .left), TextTable.Column("parameters"),
        TextTable.Column("seconds"), TextTable.Column("steps"), TextTable.Column("target tokens"),
        TextTable.Column("loss before"), TextTable.Column("loss after"),
        TextTable.Column("exact before"), TextTable.Column("exact after"),
      ])
    for curve in curves {
      table.add([
        curve.learner.name, "\(curve.learner.parameterCount)",
        Format.significant(curve.learner.seconds), "\(curve.learner.steps.count)",
        "\(curve.learner.tokenCount)", curve.points.first.map { loss($0.loss) } ?? "",
        curve.points.count > 1 ? curve.points.last.map { loss($0.loss) } ?? "" : "",
        curve.exactMatchAtStart.map(Format.percent) ?? "",
        curve.exactMatchAtEnd.map(Format.percent) ?? "",
      ])
    }
    return table
  }

  /// How long each model took to a loss that another one ends with.
  private func races(_ groups: [(name: String, curves: [QualityCurve])]) -> [String] {
    let ends = groups.compactMap { group in
      Quantiles.median(of: group.curves.compactMap(\.points.last?.loss)).map { (group.name, $0) }
    }
    return ends.sorted { $0.1 > $1.1 }.dropLast().map { name, end in
      let times = groups.map { group -> String in
        let seconds = group.curves.compactMap { $0.seconds(toLoss: end) }
        if seconds.count < group.curves.count {
          return seconds.isEmpty
            ? "\(group.name) never"
            : "\(group.name) in \(seconds.count) of \(group.curves.count) runs"
        }
        return "\(group.name) after \(spread(seconds) { Format.significant($0) }) s"
      }
      return "the loss that \(name) ends with, \(loss(end)), is reached by "
        + times.joined(separator: ", ")
    }
  }

  private func chart(_ groups: [(name: String, curves: [QualityCurve])]) -> Chart {
    Chart(
      name: "loss", title: "held-out loss against seconds of training",
      xAxis: ChartAxis("training", unit: "s"),
      yAxis: ChartAxis("held-out loss", unit: "nats/token", isLogarithmic: true),
      series: groups.map { group in
        let count = group.curves.map(\.points.count).min() ?? 0
        return ChartSeries(
          group.name,
          points: (0..<count).map { index in
            let losses = group.curves.map { $0.points[index].loss }
            let seconds = group.curves.map { $0.points[index].seconds }
            return ChartSeries.Point(
              x: Quantiles.median(of: seconds) ?? 0, y: Quantiles.median(of: losses) ?? 0,
              interval: losses.count == 1
                ? nil : Interval(lower: losses.min() ?? 0, upper: losses.max() ?? 0))
          })
      })
  }
}
