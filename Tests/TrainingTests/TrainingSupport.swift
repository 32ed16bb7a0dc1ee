import AttentionKit
import Foundation
import TestSupport
import Testing

/// Pairs of random tokens from 3 to 12, as long as given; 0, 1 and 2 are padding, start and end.
func randomBatch(_ lengths: [(source: Int, target: Int)], seed: UInt64) -> TrainingBatch {
  var generator = SeededGenerator(seed: seed)
  func sentence(_ length: Int) -> [Int] {
    (0..<length).map { _ in Int.random(in: 3..<13, using: &generator) }
  }
  return TrainingBatch(
    sources: lengths.map { sentence($0.source) }, targets: lengths.map { sentence($0.target) },
    start: 1, end: 2)
}

/// Five small batches whose order is another one in each epoch.
struct ShuffledBatches: BatchSource {
  static let count = 5

  private let batches = (0..<count).map { index in
    randomBatch(
      [(3, 5), (1, index), (index, 2), (4, 4)], seed: UInt64(100 + index))
  }

  func batchCount(epoch: Int) -> Int { batches.count }

  func batch(epoch: Int, index: Int) -> TrainingBatch {
    var generator = SeededGenerator(seed: UInt64(epoch))
    return batches.shuffled(using: &generator)[index]
  }
}

/// A Transformer with everything that training must carry along: tied matrices and dropout.
func smallTransformer(seed: UInt64, dropoutRate: Float = 0.2) throws -> Transformer {
  var configuration = TransformerConfiguration.base(vocabularySize: 13)
  configuration.encoderLayerCount = 1
  configuration.decoderLayerCount = 1
  configuration.resize(modelDimension: 6, feedForwardDimension: 11, headCount: 2)
  configuration.dropoutRate = dropoutRate
  configuration.attentionDropoutRate = dropoutRate
  return try Transformer(configuration, seed: seed)
}

/// A configuration for a few updates that all show.
func quickConfiguration(
  steps: Int, _ change: (inout TrainingConfiguration) -> Void = { _ in }
) -> TrainingConfiguration {
  var configuration = TrainingConfiguration()
  configuration.maximumSteps = steps
  configuration.schedule = LearningRateSchedule(.constant, rate: 0.01, warmupSteps: 3)
  configuration.logInterval = 1
  change(&configuration)
  return configuration
}

/// Expects two models to have the same parameters, bit for bit.
func expectSameParameters(
  _ actual: some Layer, _ expected: some Layer, _ comment: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let (found, wanted) = (actual.parameters, expected.parameters)
  #expect(found.map(\.path) == wanted.map(\.path), sourceLocation: sourceLocation)
  for (a, b) in zip(found, wanted) {
    expectSameBits(
      a.parameter.value, b.parameter.value, "\(comment) \(a.path)", sourceLocation: sourceLocation)
  }
}

/// Expects an error whose text has the given words.
func expectError(
  containing words: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("expected an error with \"\(words)\"", sourceLocation: sourceLocation)
  } catch {
    #expect("\(error)".contains(words), "\(error)", sourceLocation: sourceLocation)
  }
}
