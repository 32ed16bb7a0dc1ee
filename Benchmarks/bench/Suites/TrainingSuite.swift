import AttentionKit
import BenchmarkKit

/// Whole training steps at the sizes that `make bench-peers` times in PyTorch too.
struct TrainingSuite: BenchmarkSuite {
  let name = "training"
  let summary = "whole training steps at the peers' sizes (by name only: it takes minutes)"
  let title = "training steps at the sizes that peers are timed at"
  let runsByDefault = false
  let method: [String] =
    [
      "a step   forward, smoothed loss, backward, clipping, Adam; dropout 0.1; float32; no padding",
      "FLOPs    matrix products only, 3 times those of the forward pass",
      "sizes    vocabulary, d, ff, heads, layers, batch, length of source and of target:",
    ] + sizes.map { "         \($0)" }

  /// The numbers of `Benchmarks/peers/configurations.py`.
  private struct Size: CustomStringConvertible {
    let name: String
    let vocabulary, model, feedForward, heads, layers, batch, length: Int

    var description: String {
      "\(name)  \(vocabulary) \(model) \(feedForward) \(heads) \(layers) \(batch) \(length)"
    }
  }

  private static let sizes = [
    Size(
      name: "tiny", vocabulary: 64, model: 128, feedForward: 512, heads: 4, layers: 2,
      batch: 32, length: 16),
    Size(
      name: "g2p", vocabulary: 72, model: 256, feedForward: 512, heads: 4, layers: 3,
      batch: 512, length: 9),
    Size(
      name: "m30k", vocabulary: 9712, model: 128, feedForward: 256, heads: 4, layers: 4,
      batch: 256, length: 16),
    Size(
      name: "small", vocabulary: 8000, model: 256, feedForward: 1024, heads: 4, layers: 3,
      batch: 32, length: 32),
    Size(
      name: "base", vocabulary: 32000, model: 512, feedForward: 2048, heads: 8, layers: 6,
      batch: 16, length: 64),
  ]

  func options(_ settings: Settings) -> RunnerOptions {
    var options = settings.runnerOptions
    options.timeBudget = settings.isQuick ? 60 : 240
    options.measuresMemory = false
    return options
  }

  func contenders(_ settings: Settings) throws -> [Contender] {
    let sizes = settings.isQuick ? Self.sizes.filter { $0.name != "base" } : Self.sizes
    return sizes.map { transformer($0, settings) }
      + sizes.map { recurrent("LSTM", .lstm, $0, settings) }
      + sizes.map { recurrent("GRU", .gru, $0, settings) }
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.median, .interval, .itemRate("target tokens")] + settings.flopRateColumns + [.samples]
  }

  private func transformer(_ size: Size, _ settings: Settings) -> Contender {
    var configuration = TransformerConfiguration(vocabularySize: size.vocabulary)
    configuration.encoderLayerCount = size.layers
    configuration.decoderLayerCount = size.layers
    configuration.resize(
      modelDimension: size.model, feedForwardDimension: size.feedForward, headCount: size.heads)
    let cost = TransformerCost(
      configuration, sourceLength: size.length, targetLength: size.length)
    return contender("Transformer", size, settings, flops: 3 * cost.total * Double(size.batch)) {
      [configuration] in try Transformer(configuration, seed: settings.seed)
    }
  }

  private func recurrent(
    _ name: String, _ cell: RecurrentCell, _ size: Size, _ settings: Settings
  ) -> Contender {
    contender(name, size, settings, flops: nil) {
      try RecurrentModel(
        RecurrentConfiguration(
          vocabularySize: size.vocabulary, modelDimension: size.model,
          layerCount: max(2, size.layers / 3), cell: cell), seed: settings.seed)
    }
  }

  private func contender<Model: SequenceModel>(
    _ name: String, _ size: Size, _ settings: Settings, flops: Double?,
    model: @escaping () throws -> Model
  ) -> Contender {
    Contender(
      name, task: size.name,
      cost: Cost(flops: flops, items: ["target tokens": Double(size.batch * size.length)])
    ) {
      let batch = RandomBatch.make(
        count: size.batch, length: size.length, vocabularySize: size.vocabulary,
        seed: settings.seed)
      let step = TrainedStep(try model())
      return Workload(check: { try step.check(batch) }) { blackHole(try step.run(batch)) }
    }
  }
}
