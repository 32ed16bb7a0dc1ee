import AttentionKit
import BenchmarkKit

/// Whole training steps at the sizes that the suite `peers` times in PyTorch too.
struct TrainingSuite: BenchmarkSuite {
  let name = "training"
  let summary = "whole training steps at the peers' sizes (by name only: it takes minutes)"
  let title = "training steps at the sizes that peers are timed at"
  let runsByDefault = false
  let method: [String] =
    [
      "a step   forward, smoothed loss, backward, clipping, Adam; dropout 0.1; float32; no padding",
      "FLOPs    matrix products only, 3 times those of the forward pass",
    ] + ModelSize.all.map { "size     \($0)" }

  func options(_ settings: Settings) -> RunnerOptions {
    var options = settings.runnerOptions(quick: 60, normal: 240, full: 240)
    options.measuresMemory = false
    return options
  }

  func contenders(_ settings: Settings) throws -> [Contender] {
    let sizes = settings.isQuick ? ModelSize.all.filter { $0.name != "base" } : ModelSize.all
    return sizes.map { size in
      contender("Transformer", size, settings, flops: size.transformerFlops) {
        try size.transformer(seed: settings.seed)
      }
    } + sizes.map { recurrent("LSTM", .lstm, $0, settings) }
      + sizes.map { recurrent("GRU", .gru, $0, settings) }
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.median, .interval, .itemRate("target tokens")] + settings.flopRateColumns + [.samples]
  }

  private func recurrent(
    _ name: String, _ cell: RecurrentCell, _ size: ModelSize, _ settings: Settings
  ) -> Contender {
    contender(name, size, settings, flops: nil) {
      try size.recurrent(cell, seed: settings.seed)
    }
  }

  private func contender<Model: SequenceModel>(
    _ name: String, _ size: ModelSize, _ settings: Settings, flops: Double?,
    model: @escaping () throws -> Model
  ) -> Contender {
    Contender(
      name, task: size.name,
      cost: Cost(flops: flops, items: ["target tokens": Double(size.batch * size.length)])
    ) {
      let batch = size.batch(seed: settings.seed)
      let step = TrainedStep(try model())
      return Workload(check: { try step.check(batch) }) { blackHole(try step.run(batch)) }
    }
  }
}
