import AttentionKit
import Foundation
import TestSupport
import Testing

/// Beginning with weights that are there, and leaving some of them alone.
@Suite struct WarmStartTests {
  private func saved(_ model: some Layer, _ folder: TemporaryFolder) throws -> Checkpoint {
    try Checkpoint.write(to: folder.path + "/c", model: model, configuration: .null)
    return try Checkpoint(contentsOf: folder.path + "/c")
  }

  @Test func whatFitsIsTakenOver() throws {
    let folder = try TemporaryFolder()
    let old = try smallTransformer(seed: 1)
    var configuration = old.configuration
    configuration.decoderLayerCount = 2
    configuration.targetVocabularySize = 17
    configuration.sourceVocabularySize = 17
    let new = try Transformer(configuration, seed: 2)
    let untouched = try Transformer(configuration, seed: 2)
    let report = try saved(old, folder).warmStart(new)
    #expect(report.missing.contains { $0.hasPrefix("decoder.layers.1.") })
    // Of another shape: it is in both lists.
    let embedding = try #require(report.unused.first)
    #expect(report.missing.contains(embedding) && report.unused.count == 1)
    #expect(report.loaded.count + report.missing.count == new.parameters.count)
    let values = Dictionary(
      uniqueKeysWithValues: old.parameters.map { ($0.path, $0.parameter.value) })
    for (named, before) in zip(new.parameters, untouched.parameters) {
      let expected =
        report.loaded.contains(named.path) ? values[named.path]! : before.parameter.value
      expectSameBits(named.parameter.value, expected, named.path)
    }
  }

  @Test func aCheckpointOfSomethingElseIsRefused() throws {
    let folder = try TemporaryFolder()
    let other = Linear(weight: Parameter(.zeros([3, 5])), bias: nil)
    let checkpoint = try saved(other, folder)
    expectError(containing: "expected parameters of the model's names and shapes") {
      _ = try checkpoint.warmStart(smallTransformer(seed: 1))
    }
  }

  @Test func somethingIsLeftToTrain() {
    expectError(containing: "frozen: expected at least one parameter that is left to train") {
      _ = try Trainer(
        model: smallTransformer(seed: 1), modelDimension: 6,
        configuration: quickConfiguration(steps: 4) { $0.frozen = ["*"] },
        source: ShuffledBatches())
    }
  }

  @Test func frozenParametersKeepTheirBits() throws {
    let model = try smallTransformer(seed: 1)
    let before = try smallTransformer(seed: 1)
    let trainer = try Trainer(
      model: model, modelDimension: 6,
      configuration: quickConfiguration(steps: 4) {
        $0.frozen = ["encoder.*", "*feed_forward.inner.bias"]
        $0.averageDecay = 0.9
      }, source: ShuffledBatches())
    _ = try trainer.run()
    var changed = 0
    for (a, b) in zip(model.parameters, before.parameters) {
      let same = a.parameter.value.scalars == b.parameter.value.scalars
      let isFrozen = a.path.hasPrefix("encoder.") || a.path.hasSuffix("feed_forward.inner.bias")
      if isFrozen { #expect(same, "\(a.path)") } else { changed += same ? 0 : 1 }
    }
    #expect(changed > 10)
    #expect(trainer.parametersWithoutGradient.allSatisfy { !$0.hasPrefix("encoder.") })
  }

  @Test func thePatternsAreOfWholePathsAndMustMatch() throws {
    let model = try smallTransformer(seed: 1)
    func frozen(_ patterns: String...) throws -> Int {
      try model.freeze(patterns)
      return model.parameters.count { !$0.parameter.isTrainable }
    }
    let all = model.parameters.count
    #expect(try frozen() == 0)
    #expect(try frozen("*") == all)
    #expect(try frozen("encoder.*", "decoder.*") < all)
    #expect(try frozen("*.bias") == model.parameters.count { $0.path.hasSuffix(".bias") })
    for pattern in ["encoder", "coder.*", "encoder.*.none", ""] {
      expectError(containing: "frozen") { try model.freeze([pattern]) }
    }
  }

  @Test func frozenParametersDoNotCountInTheNorm() throws {
    let model = try smallTransformer(seed: 1)
    let step = try GradientStep(
      model, ShuffledBatches().batch(epoch: 0, index: 0), labelSmoothing: 0, seed: 1, step: 1)
    let adam = Adam(model.parameters)
    let whole = adam.gradientNorm(step.gradients)
    try model.freeze(["encoder.*"])
    #expect(adam.gradientNorm(step.gradients) < whole)
    try model.freeze(["*"])
    #expect(adam.gradientNorm(step.gradients) == 0)
  }
}
