import AttentionKit
import BenchmarkKit
import Foundation

/// What a second of training buys: held-out loss against seconds, for models of equal size with equal budgets.
struct QualitySuite: BenchmarkSuite {
  let name = "quality"
  let summary = "loss against seconds of training, for models of equal size"
  let title = "what a second of training buys"
  let method: [String] = [
    "task      built-in: the source backwards, each symbol raised by one where its left neighbour is odd, which",
    "          needs order and content alike; or pairs of texts in files, \(dataVariable)=FILE.tsv or",
    "          \(dataVariable)=SOURCES,TARGETS",
    "models    Transformer of 2+2 layers, d 64 (--full: 128), ff 4 d, 4 heads; LSTM of 1+1 layers,",
    "          bidirectional encoder, with dot attention or its last state alone, as wide as gives equally many",
    "          parameters; --full: three of each with other first weights",
    "training  Adam, batches in the same order for all, clipping at 1; the rate rises for a twentieth of the",
    "          model's budget and falls to 0 by half a cosine; at most 4e-3 (Transformer) and 8e-3 (LSTM), d 128: half",
    "seconds   of training steps alone: making batches and evaluation are excluded; every model has the same",
    "          budget and takes its turns among the others in random order",
    "loss      nats a target token, end tokens included, on pairs that no batch has; exact: the share of them",
    "          whose greedy output is the target",
    "checked   before training: the loss against the cross-entropy of all logits, the gradient against the loss",
  ]

  /// The environment variable with the data.
  static let dataVariable = "BENCH_QUALITY_DATA"

  /// What the variable names; nil: the built-in task.
  static var givenFiles: CorpusFiles? {
    guard let text = ProcessInfo.processInfo.environment[dataVariable], !text.isEmpty else {
      return nil
    }
    let paths = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    return paths.count == 2 ? .parallel(source: paths[0], target: paths[1]) : .tsv(text)
  }

  func options(_ settings: Settings) -> RunnerOptions {
    var options = settings.runnerOptions(quick: 5, normal: 12, full: 600)
    let scale = QualityScale(extent: settings.extent, isGivenData: Self.givenFiles != nil)
    options.cycles = scale.turnCount
    options.measuresMemory = false
    return options
  }

  /// The kinds of models; ``measure(_:with:into:_:)`` makes and trains them.
  func contenders(_ settings: Settings) throws -> [Contender] {
    QualityScale.Kind.allCases.map { kind in
      Contender(kind.rawValue, task: "learning") {
        throw SuiteError("a model learns in turns, not in runs of equal work")
      }
    }
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.median, .interval, .itemRate("target tokens"), .samples]
  }

  func measure(
    _ contenders: [Contender], with runner: Runner, into report: inout SuiteReport,
    _ settings: Settings
  ) throws {
    let files = Self.givenFiles
    let scale = QualityScale(extent: settings.extent, isGivenData: files != nil)
    let data = try scale.data(files, seed: settings.seed)
    let kinds = QualityScale.Kind.allCases.filter { kind in
      contenders.contains { $0.name == kind.rawValue }
    }
    var curves = try kinds.flatMap { kind in
      try (0..<scale.seedCount).map {
        QualityCurve(learner: try scale.learner(kind, data, number: $0, seed: settings.seed))
      }
    }
    learn(&curves, scale, runner, settings)
    report.results = curves.enumerated().map {
      $1.result(number: $0 % scale.seedCount + 1)
    }
    summarize(curves, data, into: &report)
  }

  /// Trains all in turns and evaluates each after its turn.
  private func learn(
    _ curves: inout [QualityCurve], _ scale: QualityScale, _ runner: Runner, _ settings: Settings
  ) {
    let clock = MonotonicClock()
    let began = clock.now()
    func elapsed() -> Double { clock.seconds(since: began) }
    /// Does something with a model; what it throws ends that model alone.
    func attempt(_ index: Int, _ body: (inout QualityCurve) throws -> Void) {
      if curves[index].failure != nil || runner.shouldStop() { return }
      do { try body(&curves[index]) } catch { curves[index].failure = "\(error)" }
    }
    for index in curves.indices {
      attempt(index) { curve in
        try curve.learner.check()
        curve.wasChecked = true
        curve.points = [QualityCurve.Point(seconds: 0, loss: try curve.learner.heldOutLoss())]
        curve.exactMatchAtStart = try curve.learner.exactMatchShare()
      }
    }
    var generator = ShuffleGenerator(seed: settings.seed)
    var turn = 0
    for cycle in 0..<scale.turnCount {
      for index in curves.indices.shuffled(using: &generator) {
        let done = Double(turn) / Double(scale.turnCount * curves.count)
        runner.report(
          RunProgress(
            phase: "turn \(cycle + 1) of \(scale.turnCount)", label: curves[index].learner.name,
            fraction: done, secondsLeft: done > 0 ? elapsed() * (1 / done - 1) : nil))
        attempt(index) { curve in
          let learner = curve.learner
          let (start, stepsBefore, secondsBefore) = (
            elapsed(), learner.steps.count, learner.seconds
          )
          try learner.train(
            until: scale.modelBudget * Double(cycle + 1) / Double(scale.turnCount),
            shouldStop: runner.shouldStop)
          let laps = Array(learner.steps[stepsBefore...])
          if !laps.isEmpty {
            curve.samples.append(
              Sample(
                seconds: (learner.seconds - secondsBefore) / Double(laps.count), cycle: cycle,
                turn: turn, start: start, laps: laps))
          }
          curve.points.append(
            QualityCurve.Point(seconds: learner.seconds, loss: try learner.heldOutLoss()))
        }
        turn += 1
      }
    }
    for index in curves.indices {
      attempt(index) { $0.exactMatchAtEnd = try $0.learner.exactMatchShare() }
    }
  }
}
