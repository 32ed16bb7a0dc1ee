import AttentionKit
import BenchmarkKit
import Kernels

/// The same work with one thread to all of the run's: time, speed-up, and the same bits.
struct ThreadsSuite: BenchmarkSuite {
  let name = "threads"
  let summary = "the same training step and the same attention with 1 to all cores"
  let title = "what more threads bring"
  let method: [String] = [
    "step        forward, smoothed loss, backward, clipping, Adam; dropout 0.1; \(size)",
    "attention   forward and backward of one sequence of \(attentionLength), \(AttentionInputs.headCount) heads"
      + " of \(AttentionInputs.headDimension), scaled dot",
    "checked     with every number of threads the outputs and gradients have the bits that one thread gives",
    "cores busy  processor time of all threads over wall-clock time, where the kernel counts it",
    "efficiency  speed-up over the number of threads; the intervals are the widest that those of both times",
    "            allow",
  ]

  private static let size = ModelSize.small.withBatch(8)
  private static let attentionLength = 724

  func options(_ settings: Settings) -> RunnerOptions {
    var options = settings.runnerOptions(quick: 10, normal: 6, full: 60)
    options.measuresMemory = false
    if settings.extent == .normal { options.minimumTime = 0.8 }
    if settings.extent == .full {
      options.cycles = 20
      options.minimumTime = 3
    }
    return options
  }

  func contenders(_ settings: Settings) throws -> [Contender] {
    let counts = threadCounts(upTo: settings.threads)
    let size = settings.isQuick ? ModelSize.tiny : Self.size
    let step = TrainedStep(try size.transformer(seed: settings.seed))
    let batch = size.batch(seed: settings.seed)
    let inputs = AttentionInputs(length: Self.attentionLength, seed: settings.seed)
    let kind = AttentionKind(name: "scaled dot")
    func gradients() throws -> [Tensor] {
      let result = try GradientStep(step.model, batch, labelSmoothing: 0.1, seed: 1, step: 1)
      return [Tensor(scalar: Float(result.loss))]
        + step.model.parameters.compactMap { result.gradients[$0.parameter] }
    }
    func attended() throws -> [Tensor] { inputs.compute(kind, isBackward: true) }
    return counts.map {
      contender("training step", $0, outputs: gradients) { blackHole(try step.run(batch)) }
    } + counts.map { contender("attention", $0, outputs: attended) { blackHole(try attended()) } }
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.median, .interval, .flopRate, .samples]
  }

  /// - Parameter outputs: everything that the work computes, the same at each call.
  private func contender(
    _ name: String, _ threads: Int, outputs: @escaping () throws -> [Tensor],
    run: @escaping () throws -> Void
  ) -> Contender {
    Contender(name, parameters: [SizeParameter("threads", threads)]) {
      let operations = try OperationCounter.count { try run() }
      return Workload(
        cost: Cost(flops: Double(operations)),
        check: {
          let expected = try withThreads(1, outputs)
          let found = try withThreads(threads, outputs)
          guard zip(found, expected).allSatisfy(hasSameBits), found.count == expected.count else {
            throw SuiteError("\(threads) threads give other bits than one")
          }
        }, run: { try withThreads(threads, run) })
    }
  }

  /// Processor time over wall-clock time; threads that wait for one another are busy too.
  private static func coresBusy(_ result: ContenderResult) -> String {
    guard let seconds = result.counters?.processorSeconds, let median = result.summary?.median,
      median > 0
    else { return "" }
    return Format.fixed(seconds / median, digits: 2)
  }

  func conclude(_ report: inout SuiteReport, _ settings: Settings) {
    var table = TextTable([
      TextTable.Column("work", .left), TextTable.Column("threads"), TextTable.Column("time"),
      TextTable.Column("speed-up"), TextTable.Column("95 % interval"),
      TextTable.Column("efficiency"), TextTable.Column("cores busy"),
      TextTable.Column("same bits"),
    ])
    var series: [ChartSeries] = []
    for name in ["training step", "attention"] {
      let results = report.results.filter { $0.name == name }
      guard let one = results.first(where: { $0.value(of: "threads") == 1 })?.summary else {
        continue
      }
      if !series.isEmpty { table.addRule() }
      var points: [ChartSeries.Point] = []
      for result in results {
        guard let summary = result.summary, let threads = result.value(of: "threads") else {
          continue
        }
        let gain = one.median / summary.median
        let interval = Interval(
          lower: one.interval.lower / summary.interval.upper,
          upper: one.interval.upper / summary.interval.lower)
        points.append(ChartSeries.Point(x: threads, y: gain, interval: interval))
        table.add([
          name, Format.plain(threads), Format.time(summary.median),
          Format.fixed(gain, digits: 2),
          summary.count < 6 || one.count < 6
            ? "too few samples"
            : "\(Format.fixed(interval.lower, digits: 2)) - \(Format.fixed(interval.upper, digits: 2))",
          Format.percent(gain / threads), Self.coresBusy(result),
          result.wasChecked ? "yes" : "not checked",
        ])
        if threads == Double(settings.threads) && threads > 1 {
          report.quantities.append(
            Quantity("\(name), speed-up with \(settings.threads) threads", gain, unit: ""))
          report.findings.append(
            "\(name): \(settings.threads) threads are \(Format.fixed(gain, digits: 2)) times as fast as "
              + "one (95 % interval \(interval.text { Format.fixed($0, digits: 2) })), an efficiency of "
              + "\(Format.percent(gain / threads)), and give the same bits")
        }
      }
      series.append(ChartSeries(name, points: points))
    }
    if series.isEmpty { return }
    report.tables.append(table)
    let ideal = threadCounts(upTo: settings.threads).map { Double($0) }
    report.charts = [
      Chart(
        name: "speed-up", title: "speed-up by threads",
        xAxis: ChartAxis("threads", isLogarithmic: true),
        yAxis: ChartAxis("speed-up over one thread", isLogarithmic: true),
        series: series + [
          ChartSeries(
            "ideal", style: .guide, points: ideal.map { ChartSeries.Point(x: $0, y: $0) })
        ])
    ]
  }
}

/// Whether two tensors are the same bits.
private func hasSameBits(_ a: Tensor, _ b: Tensor) -> Bool {
  a.shape == b.shape
    && zip(a.scalars, b.scalars).allSatisfy { $0.bitPattern == $1.bitPattern }
}
