import AttentionKit
import BenchmarkKit

extension ThroughputSuite {
  func conclude(_ report: inout SuiteReport, _ settings: Settings) {
    let results = inOrder(report.results)
    report.results = results
    let comparisons = comparisons(results, settings)
    report.findings = comparisons.compactMap(\.sentence)
    report.findings += matches(results)
    report.quantities = comparisons.flatMap { comparison in
      comparison.crossover.map { found -> [Quantity] in
        let name =
          "\(comparison.task): length from which on the "
          + (found.isTransformerFasterAbove
            ? "Transformer is faster than \(comparison.rival)"
            : "\(comparison.rival) is faster than the Transformer")
        return [Quantity(name, found.place.x, unit: "tokens")]
      } ?? []
    }
    report.charts = charts(results, comparisons)
  }

  /// By task, then model, then length, however they were measured.
  private func inOrder(_ results: [ContenderResult]) -> [ContenderResult] {
    func place(_ value: String, _ values: [String]) -> Int { values.firstIndex(of: value) ?? 0 }
    let tasks = ["", Self.single, Self.equalOperations].flatMap { suffix in
      ThroughputTask.allCases.map { $0.rawValue + suffix }
    }
    let names = ["Transformer"] + ThroughputRival.all.map(\.name)
    return results.enumerated().sorted { a, b in
      let keys = [a, b].map { entry in
        [
          Double(place(entry.element.task, tasks)), Double(place(entry.element.name, names)),
          entry.element.value(of: "n") ?? 0, Double(entry.offset),
        ]
      }
      return keys[0].lexicographicallyPrecedes(keys[1])
    }.map(\.element)
  }

  /// Every task with every rival, in the order of the results.
  private func comparisons(_ results: [ContenderResult], _ settings: Settings)
    -> [ThroughputComparison]
  {
    var seen: Set<[String]> = []
    return results.filter { $0.name != "Transformer" }.compactMap { result in
      guard seen.insert([result.task, result.name]).inserted else { return nil }
      let comparison = ThroughputComparison(
        results, task: result.task, rival: result.name, seed: settings.seed)
      return comparison.points.isEmpty ? nil : comparison
    }
  }

  /// How equal the models are that count as equal.
  private func matches(_ results: [ContenderResult]) -> [String] {
    func worst(_ pairs: [(ContenderResult, ContenderResult)], _ size: (ContenderResult) -> Double?)
      -> Double?
    {
      pairs.compactMap { pair in
        guard let a = size(pair.0), let b = size(pair.1) else { return nil }
        return abs(a / b - 1)
      }.max()
    }
    func pairs(_ suffix: String) -> [(ContenderResult, ContenderResult)] {
      let task = ThroughputTask.training.rawValue
      return results.filter { $0.name != "Transformer" && $0.task == task + suffix }
        .compactMap { rival in
          results.first {
            $0.name == "Transformer" && $0.task == task
              && $0.value(of: "n") == rival.value(of: "n")
          }.map { (rival, $0) }
        }
    }
    var sentences: [String] = []
    if let error = worst(pairs(""), { $0.value(of: "parameters") }) {
      sentences.append("equal parameters: the worst match is off by \(Format.percent(error))")
    }
    let byOperations = pairs(Self.equalOperations).filter { $0.0.wasChecked && $0.1.wasChecked }
    if let error = worst(byOperations, { $0.cost.flops }) {
      sentences.append(
        "equal FLOPs: a training step's executed operations differ by at most "
          + "\(Format.percent(error)) (widths are even numbers, and attention's tiles do a little more "
          + "than the formula that widths are chosen by)")
    }
    return sentences
  }

  private func charts(_ results: [ContenderResult], _ comparisons: [ThroughputComparison])
    -> [Chart]
  {
    let lengths = ChartAxis("length of source and of target", unit: "tokens", isLogarithmic: true)
    func ratios(
      _ name: String, _ title: String, _ chosen: [ThroughputComparison], against rival: String,
      legend: (ThroughputComparison) -> String
    ) -> Chart? {
      let all = chosen.flatMap { $0.points.map(\.length) }
      guard let first = all.min(), let last = all.max(), first < last else { return nil }
      let one = ChartSeries(
        "equally fast", style: .guide,
        points: [ChartSeries.Point(x: first, y: 1), ChartSeries.Point(x: last, y: 1)])
      let marks = chosen.compactMap { comparison in
        comparison.crossover.map {
          ChartMark(
            x: $0.place.x, interval: $0.place.interval,
            label: "\(legend(comparison)): \(Format.significant($0.place.x))")
        }
      }
      return Chart(
        name: name, title: title, xAxis: lengths,
        yAxis: ChartAxis("tokens a second, Transformer / \(rival)", isLogarithmic: true),
        series: chosen.map { $0.series(legend($0)) } + [one], marks: marks)
    }
    let plain = ThroughputTask.allCases.map(\.rawValue)
    let equals = comparisons.filter { plain.contains($0.task) }
    // One rival is enough at a glance; another one where a filter leaves nothing else.
    let rival =
      equals.contains { $0.rival == Self.usualRival } ? Self.usualRival : equals.first?.rival
    let glance = equals.filter { $0.rival == rival }
    let rates = ThroughputTask.allCases.compactMap { task -> Chart? in
      let series = ChartSeries.series(of: results, task: task.rawValue, against: "n") { result in
        guard let rate = result.itemRate("target tokens"), let summary = result.summary,
          let tokens = result.cost.items["target tokens"]
        else { return nil }
        return (rate, summary.interval.rate(of: tokens))
      }
      if series.isEmpty { return nil }
      return Chart(
        name: task.rawValue, title: "\(task.rawValue): tokens a second by length", xAxis: lengths,
        yAxis: ChartAxis("target tokens", unit: "tokens/s", isLogarithmic: true),
        series: series)
    }
    let above = "Where the line is above 1"
    let answer = ratios(
      "answer", "When is a Transformer faster than \(rival ?? "")? \(above)", glance,
      against: rival ?? "", legend: \.task)
    let byTask = ThroughputTask.allCases.map { task in
      ratios(
        "\(task.rawValue)-ratio", "\(task.rawValue): when is a Transformer faster? \(above)",
        comparisons.filter { $0.task == task.rawValue }, against: "recurrent model",
        legend: \.rival)
    }
    let byOperations = ThroughputTask.allCases.map { task in
      ratios(
        "\(task.rawValue)-equal-flops",
        "\(task.rawValue) at equal FLOPs: when is a Transformer faster? \(above)",
        comparisons.filter { $0.task == task.rawValue + Self.equalOperations },
        against: "recurrent model", legend: \.rival)
    }
    return [answer].compactMap { $0 } + rates + (byTask + byOperations).compactMap { $0 }
  }
}
