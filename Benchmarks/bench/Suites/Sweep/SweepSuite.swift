import AttentionKit
import BenchmarkKit
import Kernels

/// Any combination of sizes: a layer of multi-head attention, and whole training steps of a Transformer and an LSTM.
struct SweepSuite: BenchmarkSuite {
  let name = "sweep"
  let summary = "any of n, d, h, B and layers, as --sweep says (by name or by --sweep)"
  let title = "what a layer of attention and a training step cost, by any size"
  let runsByDefault = false
  let method: [String] = [
    "sizes        \(Sweep.Point().description) unless --sweep says otherwise",
    "attention    multi-head self-attention with its four projections, [B, n, d] to [B, n, d]",
    "Transformer  a training step (forward, backward, clipping, Adam; dropout 0.1): layers + layers,",
    "             feed-forward 4 d, source and target of n tokens, vocabulary \(vocabularySize)",
    "LSTM         the same step: bidirectional encoder, dot attention, the same layers and width",
    "FLOPs        of matrix products, counted while they were executed",
    "checked      attention against its definition, losses against the cross-entropy of all logits",
  ]

  private static let vocabularySize = 1000
  /// What is varied when nobody says what.
  private static let usual = ["n=32..256"]

  private func sweep(_ settings: Settings) throws -> Sweep {
    if !settings.sweep.isEmpty { return settings.sweep }
    var sweep = Sweep()
    for words in Self.usual { try sweep.add(words) }
    return sweep
  }

  func options(_ settings: Settings) -> RunnerOptions {
    settings.runnerOptions(quick: 20, normal: 40, full: 900)
  }

  func contenders(_ settings: Settings) throws -> [Contender] {
    let sweep = try sweep(settings)
    /// One contender for each combination of the sizes that it depends on.
    func each(
      _ name: String, _ task: String, of sizes: [Sweep.Size],
      _ prepare: @escaping (Sweep.Point) throws -> Workload
    ) -> [Contender] {
      let varied = sizes.filter { sweep.values[$0] != nil }
      var seen: Set<Sweep.Point> = []
      return sweep.points.compactMap { point in
        var own = Sweep.Point()
        for size in varied { own[size] = point[size] }
        guard seen.insert(own).inserted else { return nil }
        return Contender(
          name, task: task, parameters: varied.map { SizeParameter($0.rawValue, own[$0]) }
        ) {
          guard own.d % own.h == 0 else {
            throw SuiteError("\(own.h) heads do not divide a width of \(own.d)")
          }
          return try prepare(own)
        }
      }
    }
    let ofModels: [Sweep.Size] = [.n, .d, .B, .layers]
    return each("attention", "forward", of: [.n, .d, .h, .B]) {
      attention($0, isBackward: false, settings)
    }
      + each("attention", "forward+backward", of: [.n, .d, .h, .B]) {
        attention($0, isBackward: true, settings)
      }
      + each("Transformer", "training step", of: Sweep.Size.allCases) {
        try trainingStep(transformer($0, settings), $0, settings)
      }
      + each("LSTM", "training step", of: ofModels) {
        try trainingStep(recurrent($0, settings), $0, settings)
      }
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.median, .interval] + settings.flopRateColumns + [.allocated, .memory, .samples]
  }

  func conclude(_ report: inout SuiteReport, _ settings: Settings) {
    guard let sweep = try? sweep(settings) else { return }
    let varied = Sweep.Size.allCases.filter { sweep.values[$0] != nil }
    report.fits = varied.flatMap { SeriesFit.fits(of: report.results, against: $0.rawValue) }
    report.charts = varied.compactMap { chart($0, of: report.results, sweep) }
  }

  /// Times against one size, the others at their first values.
  private func chart(_ size: Sweep.Size, of results: [ContenderResult], _ sweep: Sweep) -> Chart? {
    guard let values = sweep.values[size], values.count > 1 else { return nil }
    let shown = results.filter { result in
      sweep.values.allSatisfy { other, values in
        guard other != size, let value = result.value(of: other.rawValue) else { return true }
        return value == Double(values[0])
      }
    }
    let tasks = ["forward", "forward+backward", "training step"]
    let series = tasks.flatMap { task in
      ChartSeries.series(of: shown, task: task, against: size.rawValue).map {
        ChartSeries("\($0.name), \(task)", points: $0.points)
      }
    }
    return Chart(
      name: size.rawValue, title: "time against \(size.meaning)",
      xAxis: ChartAxis(size.meaning, isLogarithmic: true),
      yAxis: ChartAxis("time", unit: "s", isLogarithmic: true), series: series)
  }

  private func attention(
    _ point: Sweep.Point, isBackward: Bool, _ settings: Settings
  ) -> Workload {
    var generator = SeededGenerator(seed: settings.seed)
    let layer = MeasuredLayer.attentionLayer(point.d, headCount: point.h, using: &generator)
    let inputs = LayerInputs(
      batch: point.B, length: point.n, modelDimension: point.d, seed: settings.seed)
    func run() { blackHole(inputs.compute(layer, isBackward: isBackward)) }
    return Workload(
      cost: Cost(flops: Double(OperationCounter.count(run))),
      check: { try inputs.check(layer, isBackward: isBackward) }, run: run)
  }

  private func transformer(_ point: Sweep.Point, _ settings: Settings) throws -> Transformer {
    var configuration = TransformerConfiguration(vocabularySize: Self.vocabularySize)
    configuration.encoderLayerCount = point.layers
    configuration.decoderLayerCount = point.layers
    configuration.resize(
      modelDimension: point.d, feedForwardDimension: 4 * point.d, headCount: point.h)
    configuration.maximumLength = max(configuration.maximumLength, point.n)
    return try Transformer(configuration, seed: settings.seed)
  }

  private func recurrent(_ point: Sweep.Point, _ settings: Settings) throws -> RecurrentModel {
    try RecurrentModel(
      RecurrentConfiguration(
        vocabularySize: Self.vocabularySize, modelDimension: point.d, layerCount: point.layers),
      seed: settings.seed)
  }

  private func trainingStep<Model: SequenceModel>(
    _ model: Model, _ point: Sweep.Point, _ settings: Settings
  ) throws -> Workload {
    let batch = RandomBatch.make(
      count: point.B, length: point.n, vocabularySize: Self.vocabularySize, seed: settings.seed)
    let step = TrainedStep(model)
    var loss = 0.0
    let operations = try OperationCounter.count { loss = try step.run(batch) }
    blackHole(loss)
    return Workload(
      cost: Cost(
        flops: Double(operations), items: ["target tokens": Double(batch.targetTokenCount)]),
      check: { try step.check(batch) }, run: { blackHole(try step.run(batch)) })
  }
}
