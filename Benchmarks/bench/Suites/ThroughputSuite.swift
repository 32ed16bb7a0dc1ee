import AttentionKit
import BenchmarkKit

/// A training step of a Transformer against one of an LSTM encoder-decoder with attention that has as many
/// parameters, at several lengths.
struct ThroughputSuite: BenchmarkSuite {
  let name = "throughput"
  let summary = "training steps of a Transformer and of an LSTM of equal size, by length"
  let title = "training: a Transformer against an LSTM encoder-decoder with attention"
  let method: [String] = [
    "a step   forward, backward, clipping, Adam; dropout 0.1; float32",
    "batch    \(tokensPerBatch) source and as many target tokens, no padding, source as long as target",
    "models   vocabulary \(vocabularySize); Transformer 3+3 layers, d 256, ff 1024, 4 heads;",
    "         LSTM 1+1 layers, bidirectional encoder, dot attention, as wide as gives equally many",
    "         parameters; embeddings and output tied in both",
    "checked  each model's chunked loss against the cross-entropy of all its logits before timing",
  ]

  private static let vocabularySize = 4000
  private static let tokensPerBatch = 512

  func options(_ settings: Settings) -> RunnerOptions {
    var options = settings.runnerOptions
    options.measuresMemory = false
    return options
  }

  func contenders(_ settings: Settings) throws -> [Contender] {
    var configuration = TransformerConfiguration(vocabularySize: Self.vocabularySize)
    configuration.encoderLayerCount = 3
    configuration.decoderLayerCount = 3
    configuration.resize(modelDimension: 256, feedForwardDimension: 1024, headCount: 4)
    let transformer = TrainedStep(try Transformer(configuration, seed: settings.seed))
    let recurrent = TrainedStep(
      try RecurrentModel(
        RecurrentConfiguration(vocabularySize: Self.vocabularySize)
          .matching(parameterCount: transformer.model.parameterCount), seed: settings.seed))
    let lengths = settings.isQuick ? [16, 64] : [8, 16, 32, 64, 128, 256]
    let batches = lengths.map { length in
      let batch = RandomBatch.make(
        count: max(1, Self.tokensPerBatch / length), length: length,
        vocabularySize: Self.vocabularySize, seed: settings.seed)
      return (length, batch)
    }
    return batches.map { contender("Transformer", transformer, $0.1, $0.0) }
      + batches.map { contender("LSTM", recurrent, $0.1, $0.0) }
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.itemRate("target tokens"), .median, .interval, .spread, .samples]
  }

  func conclude(_ report: inout SuiteReport, _ settings: Settings) {
    report.quantities = report.results.compactMap { result in
      result.itemRate("target tokens").map {
        Quantity("\(result.label), target tokens a second", $0, unit: "1/s")
      }
    }
    func median(_ name: String, _ length: Double) -> Double? {
      report.results.first { $0.name == name && $0.value(of: "length") == length }?.summary?.median
    }
    let lengths = Set(report.results.compactMap { $0.value(of: "length") }).sorted()
    report.findings = lengths.compactMap { length in
      guard let transformer = median("Transformer", length), let lstm = median("LSTM", length)
      else { return nil }
      let (faster, factor) =
        transformer < lstm ? ("Transformer", lstm / transformer) : ("LSTM", transformer / lstm)
      return "length \(Format.plain(length)): the \(faster) trains "
        + "\(Format.fixed(factor, digits: 2)) times as many tokens a second"
    }
  }

  private func contender<Model: SequenceModel>(
    _ name: String, _ step: TrainedStep<Model>, _ batch: TrainingBatch, _ length: Int
  ) -> Contender {
    Contender(
      name,
      parameters: [
        SizeParameter("length", length), SizeParameter("parameters", step.model.parameterCount),
      ], cost: Cost(items: ["target tokens": Double(batch.targetTokenCount)])
    ) {
      Workload(check: { try step.check(batch) }) { blackHole(try step.run(batch)) }
    }
  }
}
