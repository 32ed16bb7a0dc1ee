import AttentionKit
import BenchmarkKit
import Kernels

/// The paper's Table 1, measured: self-attention, recurrent, convolutional and restricted layers by length and width.
struct LayersSuite: BenchmarkSuite {
  let name = "layers"
  let summary = "the paper's Table 1: kinds of layers by length and width"
  let title = "what kinds of layers cost: the paper's Table 1"
  let method: [String] = [
    "layers     \(batch) sequences [n, d] to [n, d], float32, heads of 64; by n with d = \(width), by d with"
      + " n = \(length)",
    "attention  self-attention and restricted (\(MeasuredLayer.Reach().radius) positions to each side)"
      + " alone, as the table counts;",
    "           \"with projections\" is the Transformer's layer with its four matrices",
    "others     one layer, one direction; the convolution is gated, of width"
      + " \(MeasuredLayer.Reach().width), centred",
    "operations of matrix products, counted while they were executed; gates and softmax are not in it",
    "steps      the longest chain of results in one layer that wait for one another, and path, the most",
    "           results between an input and an output: counted in the graph of what depends on what,",
    "           which gradients of the running layer tell (n = \(graphLengths.map(String.init).joined(separator: ", ")),"
      + " d = 16, a window of 4)",
    "checked    positions of two sequences against the definition before anything is timed",
    "exponent   of time and operations, fitted to the two octaves up to the largest size",
  ]

  private static let batch = 8
  private static let width = 128
  private static let length = 256
  private static let graphLengths = [16, 32, 64]
  private static let names = MeasuredLayer.all(modelDimension: 64, seed: 1).map(\.name)

  private func lengths(_ extent: Extent) -> [Int] {
    switch extent {
    case .quick: [64, 128, 256]
    case .normal: [64, 128, 256, 512, 1024, 1448, 2048]
    case .full: [64, 128, 256, 512, 724, 1024, 1448, 2048, 2896, 4096]
    }
  }

  private func widths(_ extent: Extent) -> [Int] {
    switch extent {
    case .quick: [64, 128, 256]
    case .normal: [64, 128, 192, 256, 384]
    case .full: [64, 128, 256, 384, 512, 768, 1024]
    }
  }

  func options(_ settings: Settings) -> RunnerOptions {
    var options = settings.runnerOptions(quick: 15, normal: 20, full: 600)
    options.measuresMemory = false
    if settings.extent != .full {
      options.minimumTime = 0.05
      options.warmUpTime = 0.2
    }
    return options
  }

  func contenders(_ settings: Settings) throws -> [Contender] {
    let tasks = settings.extent == .full ? ["forward", "forward+backward"] : ["forward"]
    let (n, d) = (Self.length, Self.width)
    let sizes =
      lengths(settings.extent).map { (n: $0, d: d) }
      + widths(settings.extent).filter { $0 != d }.map { (n: n, d: $0) }
    var layers: [Int: [MeasuredLayer]] = [:]
    for size in sizes where layers[size.d] == nil {
      layers[size.d] = MeasuredLayer.all(modelDimension: size.d, seed: settings.seed)
    }
    return tasks.flatMap { task in
      Self.names.indices.flatMap { index in
        sizes.compactMap { size in
          layers[size.d].map { contender($0[index], task, size.n, size.d, settings) }
        }
      }
    }
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.median, .interval, .operations] + settings.flopRateColumns + [.samples]
  }

  private func contender(
    _ layer: MeasuredLayer, _ task: String, _ n: Int, _ d: Int, _ settings: Settings
  ) -> Contender {
    let isBackward = task != "forward"
    return Contender(
      layer.name, task: task, parameters: [SizeParameter("n", n), SizeParameter("d", d)]
    ) {
      func inputs(_ batch: Int) -> LayerInputs {
        LayerInputs(batch: batch, length: n, modelDimension: d, seed: settings.seed)
      }
      // Sequences are alike, so one of them is counted.
      let one = inputs(1)
      let operations = OperationCounter.count {
        blackHole(one.compute(layer, isBackward: isBackward))
      }
      let all = inputs(Self.batch)
      return Workload(
        cost: Cost(flops: Double(Self.batch * operations)),
        check: { try all.check(layer, isBackward: isBackward) },
        run: { blackHole(all.compute(layer, isBackward: isBackward)) })
    }
  }

  func conclude(_ report: inout SuiteReport, _ settings: Settings) {
    report.fits = ["n", "d"].flatMap {
      SeriesFit.fits(of: report.results, against: $0, octaves: 2)
    }
    report.tables = [tableOne(report.results, settings)]
    report.charts = charts(report.results, settings)
    for task in Set(report.results.map(\.task)).sorted() {
      for other in ["LSTM", "GRU", "convolution"] {
        for attention in ["with projections", "self-attention"] {
          report.findings.append(crossover(report.results, task, attention, other, settings))
        }
      }
    }
  }

  /// Operations, steps and paths, and what time makes of them.
  private func tableOne(_ results: [ContenderResult], _ settings: Settings) -> TextTable {
    var table = TextTable(
      "the paper's Table 1",
      columns: [
        TextTable.Column("layer", .left), TextTable.Column("operations ~", .left),
        TextTable.Column("forward time ~", .left), TextTable.Column("steps", .left),
        TextTable.Column("path", .left),
      ])
    let reach = MeasuredLayer.Reach(radius: 4, width: 3)
    let layers = MeasuredLayer.all(modelDimension: 16, reach: reach, seed: settings.seed)
    for layer in layers {
      let forward = results.filter { $0.name == layer.name && $0.task == "forward" }
      func powers(_ value: (ContenderResult) -> Double?) -> String {
        ["n", "d"].compactMap { parameter in
          SeriesFit.fits(of: forward, against: parameter, octaves: 2, value: value).first.map {
            "\(parameter)^\(Format.fixed($0.fit.exponent, digits: 2))"
          }
        }.joined(separator: " ")
      }
      let graphs = Self.graphLengths.map {
        try? DependencyGraph(layer, length: $0, modelDimension: 16, seed: settings.seed)
      }
      func numbers(_ value: (DependencyGraph) -> Int) -> String {
        graphs.map { $0.map { "\(value($0))" } ?? "?" }.joined(separator: ", ")
      }
      table.add([
        layer.name, powers { $0.cost.flops }, powers { $0.summary?.median },
        numbers(\.sequentialSteps), numbers(\.longestPath),
      ])
    }
    return table
  }

  /// From which length on one layer takes longer than another, and from which on it does more.
  private func crossover(
    _ results: [ContenderResult], _ task: String, _ first: String, _ second: String,
    _ settings: Settings
  ) -> String {
    let label = "\(task): \(first) becomes dearer than \(second)"
    var text: String
    if let found = crossing(results, task, first, second, settings) {
      text = "\(label) at n = \(Format.significant(found.x))"
      text +=
        found.interval.map {
          " (95 % interval \($0.text(Format.significant)))"
        } ?? " (too uncertain for an interval)"
    } else {
      text = "\(label) at no length between the shortest and the longest"
    }
    let counted = crossing(results, task, first, second, settings) {
      $0.cost.flops.map { [$0] } ?? []
    }
    if let counted { text += "; by operations at \(Format.significant(counted.x))" }
    return text
  }

  private func crossing(
    _ results: [ContenderResult], _ task: String, _ first: String, _ second: String,
    _ settings: Settings,
    by value: (ContenderResult) -> [Double] = { $0.samples.map(\.seconds) }
  ) -> Crossover? {
    func of(_ name: String, _ n: Int) -> [Double] {
      results.first {
        $0.name == name && $0.task == task && $0.value(of: "n") == Double(n)
          && $0.value(of: "d") == Double(Self.width)
      }.map(value) ?? []
    }
    return Crossover(
      lengths(settings.extent).map {
        Crossover.Point(x: Double($0), first: of(first, $0), second: of(second, $0))
      }, seed: settings.seed)
  }

  /// Times against length, with the place where self-attention becomes dearer than an LSTM, and against width.
  private func charts(_ results: [ContenderResult], _ settings: Settings) -> [Chart] {
    func chart(
      _ name: String, _ axis: String, against size: String, fixed: (String, Int), task: String
    ) -> Chart {
      Chart(
        name: task == "forward" ? name : "\(name)-backward",
        title: "layers, \(task), \(fixed.0) = \(fixed.1), \(Self.batch) sequences",
        xAxis: ChartAxis(axis, isLogarithmic: true),
        yAxis: ChartAxis("time", unit: "s", isLogarithmic: true),
        series: ChartSeries.series(
          of: results.filter { $0.value(of: fixed.0) == Double(fixed.1) }, task: task,
          against: size))
    }
    return ["forward", "forward+backward"].flatMap { task -> [Chart] in
      guard results.contains(where: { $0.task == task }) else { return [] }
      var byLength = chart(
        "length", "sequence length n, tokens", against: "n", fixed: ("d", Self.width), task: task)
      if let found = crossing(results, task, "self-attention", "LSTM", settings) {
        let place = Format.significant(found.x)
        byLength.marks = [
          ChartMark(
            x: found.x, interval: found.interval, label: "self-attention dearer than LSTM: \(place)"
          )
        ]
      }
      let byWidth = chart(
        "width", "width d", against: "d", fixed: ("n", Self.length), task: task)
      return [byLength, byWidth]
    }
  }
}
