import AttentionKit
import BenchmarkKit

/// Where the time of a training step goes, part by part.
struct ComponentsSuite: BenchmarkSuite {
  let name = "components"
  let summary = "where a training step's time goes: attention, feed-forward, norms, output ..."
  let title = "where the time of a training step goes"
  let method: [String] = [
    "a step     forward, smoothed loss, backward, clipping, Adam; dropout 0.1; float32; no padding",
    "instrument the library's OperationProfile: layers name scopes, and between two looks at the clock",
    "           every moment is someone's; on the way back it is booked where the way forward was",
    "tree       the mean of the middle half of the profiled steps by their time; steps without the",
    "           instrument take turns with them, so that its own cost shows",
    "FLOPs      of matrix products, counted while they were executed",
    "bytes      inputs, outputs and parameters of each operation, once each: what must move at the least;",
    "           data that is still in cache does not, so a part may lie above the memory roof",
    "floor      the time of its FLOPs or of its bytes at the machine's best rate, the longer of both; of its",
    "           parts one after the other",
    "output     logits, loss and their gradients are one operation, all of it on the way forward",
    "checked    loss and gradient of four pairs against the logits' cross-entropy and the slope of the loss",
  ]

  private let steps = ProfiledSteps()
  private static let plainTask = "plain"
  private static let profiledTask = "profiled"

  private enum Family: String {
    case transformer = "Transformer"
    case lstm = "LSTM"
  }

  private func cases(_ extent: Extent) -> [(family: Family, size: ModelSize)] {
    switch extent {
    case .quick: [(.transformer, .tiny)]
    case .normal: [(.transformer, .small.withBatch(16))]
    case .full:
      [(.transformer, .base), (.transformer, .small), (.transformer, .m30k), (.lstm, .small)]
    }
  }

  func options(_ settings: Settings) -> RunnerOptions {
    var options = settings.runnerOptions(quick: 10, normal: 8, full: 240)
    options.measuresMemory = false
    if settings.extent == .normal { options.minimumTime = 1.5 }
    if settings.extent == .full {
      options.cycles = 20
      options.minimumTime = 5
    }
    return options
  }

  func contenders(_ settings: Settings) throws -> [Contender] {
    steps.removeAll()
    return cases(settings.extent).flatMap { family, size in
      switch family {
      case .transformer:
        contenders(family, size, settings) { try size.transformer(seed: settings.seed) }
      case .lstm: contenders(family, size, settings) { try size.lstm(seed: settings.seed) }
      }
    }
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.median, .interval, .itemRate("target tokens"), .operations] + settings.flopRateColumns
      + [.samples]
  }

  /// One model, stepped with the instrument and without it in turns.
  private func contenders<Model: SequenceModel>(
    _ family: Family, _ size: ModelSize, _ settings: Settings,
    model: @escaping () throws -> Model
  ) -> [Contender] {
    let batch = size.batch(seed: settings.seed)
    var shared: TrainedStep<Model>?
    func step() throws -> TrainedStep<Model> {
      if let shared { return shared }
      let made = TrainedStep(try model())
      shared = made
      return made
    }
    let name = ComponentsSuite.contenderName(family, size)
    func contender(_ task: String, _ run: @escaping (TrainedStep<Model>) throws -> Void)
      -> Contender
    {
      Contender(name, task: task) {
        let step = try step()
        let operations = try OperationCounter.count { _ = try step.run(batch) }
        return Workload(
          cost: Cost(
            flops: Double(operations), items: ["target tokens": Double(batch.targetTokenCount)]),
          check: {
            try step.check(batch.first(4))
            try step.checkGradient(batch.first(4))
          }, run: { try run(step) })
      }
    }
    return [
      contender(Self.plainTask) { blackHole(try $0.run(batch)) },
      contender(Self.profiledTask) { step in
        blackHole(try steps.record(name) { try step.run(batch, profile: $0) })
      },
    ]
  }

  private static func contenderName(_ family: Family, _ size: ModelSize) -> String {
    "\(family.rawValue) \(size.name)"
  }

  func conclude(_ report: inout SuiteReport, _ settings: Settings) {
    for (family, size) in cases(settings.extent) {
      let name = Self.contenderName(family, size)
      guard let typical = steps.typical(name) else { continue }
      let tree = ComponentTree(typical.step.parts, seconds: typical.step.seconds)
      report.breakdowns.append(
        tree.breakdown(
          name: name.replacing(" ", with: "-").lowercased(),
          title: "\(family.rawValue) \(size), mean of \(typical.count) steps",
          ceiling: settings.ceiling))
      report.quantities += tree.components.map {
        Quantity("\(name), \($0.name)", $0.seconds / tree.seconds, unit: "of the step")
      }
      report.findings += findings(name, tree, report.results)
      if let ceiling = settings.ceiling,
        let chart = Roofline(ceiling: ceiling, parts: tree.leaves)
          .chart(
            name: "roofline-\(name.replacing(" ", with: "-").lowercased())",
            title: "\(name): components under the roofs")
      {
        report.charts.append(chart)
      }
    }
    if let chart = shares(report.breakdowns) { report.charts.append(chart) }
  }

  /// What a reader can quote.
  private func findings(_ name: String, _ tree: ComponentTree, _ results: [ContenderResult])
    -> [String]
  {
    func summary(_ task: String) -> Summary? {
      results.first { $0.name == name && $0.task == task }?.summary
    }
    let largest = tree.components.prefix(4).map {
      "\($0.name) \(Format.percent($0.seconds / tree.seconds))"
    }
    var lines = ["\(name): of a training step go to " + largest.joined(separator: ", ")]
    var text =
      "\(name): the parts account for \(Format.percent(tree.accounted)) of the step, "
      + "\(Format.time(max(0, tree.leftOver))) are left over"
    if let plain = summary(Self.plainTask), let profiled = summary(Self.profiledTask) {
      let cost = profiled.median / plain.median - 1
      text += "; the instrument makes a step of \(Format.time(plain.median)) "
      text += "\(Format.percent(abs(cost))) \(cost < 0 ? "shorter" : "longer")"
      let overlap =
        plain.interval.lower <= profiled.interval.upper
        && profiled.interval.lower <= plain.interval.upper
      if overlap { text += ", which is within the intervals of both" }
    }
    lines.append(text)
    return lines
  }

  /// The components of all models side by side, as bars that stand on one another.
  private func shares(_ breakdowns: [Breakdown]) -> Chart? {
    if breakdowns.isEmpty { return nil }
    let names = breakdowns.flatMap(\.root.children).filter { $0.share >= Self.smallestBar }
      .map(\.name).uniqued()
    func bars(_ name: String, _ belongs: @escaping (BreakdownPart) -> Bool) -> ChartSeries {
      ChartSeries(
        name, style: .bars,
        points: breakdowns.enumerated().map { index, breakdown in
          let share = breakdown.root.children.filter(belongs).reduce(0) { $0 + $1.share }
          return ChartSeries.Point(x: Double(index), y: 100 * share)
        })
    }
    return Chart(
      name: "shares", title: "where the time of a training step goes",
      xAxis: ChartAxis("model", categories: breakdowns.map { $0.name.replacing("-", with: " ") }),
      yAxis: ChartAxis("share of the step", unit: "%"),
      series: names.map { name in bars(name) { $0.name == name } } + [
        bars("everything else") { !names.contains($0.name) }
      ])
  }

  /// Components with a smaller share in all models are drawn as one.
  private static let smallestBar = 0.015
}
