import AttentionKit
import Kernels
import TestSupport
import Testing

/// Formulas of operations against operations that are counted while they are executed; in processes of their own,
/// because the count is one for all threads.
@Suite struct RecurrentCostTests {
  struct Variant: CustomTestStringConvertible, Sendable {
    let name: String
    let change: @Sendable (inout RecurrentConfiguration) -> Void

    init(_ name: String, _ change: @escaping @Sendable (inout RecurrentConfiguration) -> Void) {
      self.name = name
      self.change = change
    }

    var testDescription: String { name }

    /// Widths that are equal nowhere else.
    var configuration: RecurrentConfiguration {
      var configuration = RecurrentConfiguration(
        sourceVocabularySize: 37, targetVocabularySize: 41, modelDimension: 14)
      change(&configuration)
      return configuration
    }
  }

  static let variants = [
    Variant("LSTM, dot") { _ in },
    Variant("GRU, general, both directions as wide as the decoder") {
      $0.cell = .gru
      $0.transformsContext = true
      $0.score = .general
      $0.directionWidth = .full
    },
    Variant("RNN, fixed vector, one direction") {
      $0.cell = .rnn
      $0.attention = .none
      $0.encoderDirection = .unidirectional
    },
    Variant("GRU, fixed vector at every step, transformed") {
      $0.cell = .gru
      $0.attention = .none
      $0.contextUse = .both
      $0.transformsContext = true
      $0.directionWidth = .full
    },
    Variant("LSTM, Bahdanau") {
      $0.attention = .bahdanau
      $0.score = .additive
      $0.attentionDimension = 6
      $0.transformsContext = true
      $0.directionWidth = .full
    },
    Variant("LSTM, additive in tiles, two layers") {
      $0.score = .additive
      $0.encoderLayerCount = 2
      $0.decoderLayerCount = 2
    },
    Variant("GRU, scaled dot, input feeding") {
      $0.cell = .gru
      $0.score = .scaledDot
      $0.feedsInput = true
    },
    Variant("GNMT") {
      $0 = .gnmt(sourceVocabularySize: 37, targetVocabularySize: 41, modelDimension: 14)
      $0.encoderLayerCount = 3
      $0.decoderLayerCount = 3
    },
  ]

  /// Tokens all different, so that none is multiplied once for several places.
  static func batch(sourceLength: Int, targetLength: Int) -> TrainingBatch {
    TrainingBatch(
      sources: [(0..<sourceLength).map { 4 + $0 }],
      targets: [(0..<targetLength - 1).map { 4 + $0 }], start: 2, end: 3)
  }

  static func count(_ model: some SequenceModel, _ batch: TrainingBatch) throws -> (
    forward: Double, step: Double
  ) {
    let forward = try OperationCounter.count {
      _ = try model.loss(batch, labelSmoothing: 0.1, normalizer: 1, in: .inference())
    }
    let step = try OperationCounter.count {
      _ = try GradientStep(model, batch, labelSmoothing: 0.1, seed: 1, step: 1)
    }
    return (Double(forward), Double(step))
  }

  @Test(arguments: variants.indices)
  func operationsAreThoseThatAreExecuted(_ index: Int) async {
    await #expect(processExitsWith: .success) { [index = index as Int] in
      let configuration = Self.variants[index].configuration
      let model = try RecurrentModel(configuration, seed: 3)
      // From four steps on attention is computed in tiles.
      for (s, t) in [(1, 4), (11, 7), (17, 23)] {
        let cost = RecurrentCost(configuration, sourceLength: s, targetLength: t)
        let counted = try Self.count(model, Self.batch(sourceLength: s, targetLength: t))
        #expect(counted.forward == cost.total, "\(Self.variants[index].name), \(s), \(t)")
        #expect(counted.step == cost.trainingStep, "\(Self.variants[index].name), \(s), \(t)")
      }
    }
  }

  @Test func nothingCostsNothing() {
    let cost = RecurrentCost(
      RecurrentConfiguration(vocabularySize: 5), sourceLength: 0, targetLength: 0)
    #expect(cost.total == 0 && cost.trainingStep == 0)
  }

  @Test(arguments: variants)
  func widthsThatMatchAreTheNearest(_ variant: Variant) {
    let (s, t) = (19, 23)
    func operations(_ configuration: RecurrentConfiguration) -> Double {
      RecurrentCost(configuration, sourceLength: s, targetLength: t).trainingStep
    }
    for target in [2e5, 1e6, 3e7] {
      let found = variant.configuration.matching(
        trainingOperations: target, sourceLength: s, targetLength: t)
      let distance = abs(operations(found) - target)
      for change in [-2, 2] where found.modelDimension + change > 0 {
        var other = found
        other.modelDimension += change
        #expect(abs(operations(other) - target) >= distance)
      }
      // Nothing but the width changes.
      var same = found
      same.modelDimension = variant.configuration.modelDimension
      #expect(same == variant.configuration)
    }
  }

  /// A Transformer's formula, which leaves out what tiles compute for nothing at the edge of the causal mask.
  @Test func aTransformersStepIsNearlyTheFormula() async {
    await #expect(processExitsWith: .success) {
      var configuration = TransformerConfiguration(
        sourceVocabularySize: 37, targetVocabularySize: 41)
      configuration.encoderLayerCount = 3
      configuration.decoderLayerCount = 2
      configuration.resize(modelDimension: 16, feedForwardDimension: 22, headCount: 2)
      let model = try Transformer(configuration, seed: 3)
      let (s, t) = (17, 23)
      let cost = TransformerCost(configuration, sourceLength: s, targetLength: t)
      let counted = try Self.count(model, Self.batch(sourceLength: s, targetLength: t))
      // The whole square of the decoder's self-attention instead of its half; 2 layers, keys and values of 16.
      let edge = 2 * 2 * 32.0 * Double(t) * Double(t) / 2
      #expect(counted.forward >= cost.total && counted.forward <= cost.total + edge)
      #expect(counted.step >= cost.trainingStep)
      #expect(counted.step <= cost.trainingStep + 3.5 * edge)
    }
  }
}
