import AttentionKit
import BenchmarkKit

extension PeerBench {
  /// What a worker needs to know of a model, and of how it is trained.
  private struct Arguments: Encodable {
    let model: String
    let vocabulary, width, feedForward, heads, layers, length: Int
    let dropout, labelSmoothing, learningRate, maximumNorm, normEpsilon: Double
    let inputs: String
    let precision: String
    let compiles: Bool
  }

  func transformerSteps(_ size: ModelSize, _ variants: [PeerVariant]) -> [Contender] {
    let configuration = size.transformerConfiguration
    return steps(
      "Transformer", size, flops: size.transformerFlops, layers: size.layers, variants,
      dropout: configuration.dropoutRate, normEpsilon: configuration.normEpsilon
    ) { [seed] in try size.transformer(seed: seed) }
  }

  func recurrentSteps(
    _ name: String, _ cell: RecurrentCell, _ size: ModelSize, _ variants: [PeerVariant]
  ) -> [Contender] {
    let configuration = size.recurrentConfiguration(cell)
    return steps(
      name, size, flops: nil, layers: configuration.encoderLayerCount, variants,
      dropout: configuration.dropoutRate, normEpsilon: 0
    ) { [seed] in try size.recurrent(cell, seed: seed) }
  }

  /// - Parameter name: the model's, which is the worker's too, in small letters.
  private func steps<Model: SequenceModel>(
    _ name: String, _ size: ModelSize, flops: Double?, layers: Int, _ variants: [PeerVariant],
    dropout: Float, normEpsilon: Float, model: @escaping () throws -> Model
  ) -> [Contender] {
    let task = "training \(name) \(size.name)"
    let inputs = Shared { [seed] in
      try TrainingInputs(try model(), size.batch(seed: seed))
    }
    let ours = Contender(
      Self.ownName, task: task,
      cost: Cost(flops: flops, items: ["target tokens": Double(size.batch * size.length)]),
      group: task
    ) {
      let inputs = try inputs.get()
      return Workload(check: { try inputs.step.check(inputs.batch) }) {
        blackHole(try inputs.step.run(inputs.batch))
      }
    }
    // A model of its own: the other one is trained in its turns.
    let rounded = rounded(ours) {
      let inputs = try inputs.get()
      let step = TrainedStep(try model(), precision: .bfloat16)
      return Workload(
        check: {
          try inputs.check(
            TrainingInputs.gradients(of: step.model, inputs.batch, precision: .bfloat16),
            .ownBF16)
        }, run: { blackHole(try step.run(inputs.batch)) })
    }
    return [ours, rounded]
      + variants.map { variant in
        contender(variant, like: ours, "training", inputs: inputs) { inputs in
          Arguments(
            model: name.lowercased(), vocabulary: size.vocabulary, width: size.model,
            feedForward: size.feedForward, heads: size.heads, layers: layers, length: size.length,
            dropout: Double(dropout),
            labelSmoothing: Double(TrainingInputs<Model>.labelSmoothing), learningRate: 1e-4,
            maximumNorm: 1, normEpsilon: Double(normEpsilon), inputs: inputs.path,
            precision: variant.precision, compiles: variant.program == .compiled)
        } check: {
          try $0.check($1, variant)
        }
      }
  }
}
