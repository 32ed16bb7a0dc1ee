import AttentionKit

/// A model in training.
final class TrainedStep<Model: SequenceModel> {
  let model: Model
  // A model that only decodes needs no moments.
  private lazy var adam = Adam(model.parameters)
  // The gradient is read for its norm and for the update; weight and both moments are read and written.
  private lazy var optimiserBytes = 8 * MemoryLayout<Float>.stride * model.parameterCount
  private let precision: ProductPrecision
  private var count = 0

  /// - Parameter precision: of the factors of large products.
  init(_ model: Model, precision: ProductPrecision = .float32) {
    self.model = model
    self.precision = precision
  }

  func run(_ batch: TrainingBatch, profile: OperationProfile? = nil) throws -> Double {
    count += 1
    let result = try GradientStep(
      model, batch, labelSmoothing: 0.1, seed: 1, step: count, precision: precision,
      profile: profile)
    func update() { _ = adam.update(result.gradients, learningRate: 1e-4, maximumNorm: 1) }
    if let profile {
      profile.measure("optimiser", bytes: optimiserBytes, update)
    } else {
      update()
    }
    return result.loss
  }

  /// The loss in chunks against the plain cross-entropy of all logits.
  func check(_ batch: TrainingBatch) throws {
    let normalizer = Float(batch.targetTokenCount)
    let loss = try model.loss(
      batch, labelSmoothing: 0.1, normalizer: normalizer, in: .inference())
    let logits = try model.logits(batch.source, batch.decoderInput, in: .inference())
    let plain = crossEntropy(
      logits, expected: batch.expected, labelSmoothing: 0.1, normalizer: normalizer)
    try requireClose([loss.objective.value], [plain.value], tolerance: 1e-3)
  }

  /// The gradient against the loss: a small step along it, to both sides, must change the loss by its norm.
  func checkGradient(_ batch: TrainingBatch) throws {
    let normalizer = Float(batch.targetTokenCount)
    func loss(_ context: ForwardContext) throws -> Variable {
      try model.loss(batch, labelSmoothing: 0.1, normalizer: normalizer, in: context).objective
    }
    let context = ForwardContext.differentiating()
    let gradients = context.backward(from: try loss(context))
    let parameters = model.parameters.map(\.parameter)
    let norm = adam.gradientNorm(gradients)
    let before = parameters.map(\.value)
    // Large enough for the change to stand out of the rounding, small enough for the loss to be straight.
    let distance: Float = 0.01
    func lossAt(_ side: Float) throws -> Double {
      defer { for (parameter, value) in zip(parameters, before) { parameter.value = value } }
      for parameter in parameters {
        guard let gradient = gradients[parameter] else { continue }
        let target = parameter.value.mutablePointer
        let step = side * distance / Float(norm)
        for index in 0..<gradient.count { target[index] += step * gradient.pointer[index] }
      }
      return Double(try loss(.inference()).value.scalar)
    }
    let slope = (try lossAt(1) - lossAt(-1)) / Double(2 * distance)
    // Written so that NaN is refused as well.
    if !(abs(slope - norm) <= 0.03 * norm) {
      throw SuiteError(
        "the gradient has the norm \(norm), but along it the loss rises by \(slope) a unit")
    }
  }
}

/// Batches of random tokens without padding.
enum RandomBatch {
  static func make(count: Int, length: Int, vocabularySize: Int, seed: UInt64) -> TrainingBatch {
    let sequences = sources(
      count: 2 * count, length: length, vocabularySize: vocabularySize, seed: seed)
    // The target is one token shorter: its end token makes up for it.
    return TrainingBatch(
      sources: Array(sequences.prefix(count)),
      targets: sequences.suffix(count).map { Array($0.dropLast()) }, start: SpecialTokens.start,
      end: SpecialTokens.end)
  }

  static func sources(count: Int, length: Int, vocabularySize: Int, seed: UInt64) -> [[Int]] {
    var generator = SeededGenerator(seed: combineSeeds(seed, UInt64(length)))
    return (0..<count).map { _ in
      (0..<length).map { _ in Int.random(in: 4..<vocabularySize, using: &generator) }
    }
  }
}

extension TrainingBatch {
  /// The first pairs, for checks that need not see all of them.
  func first(_ count: Int) -> TrainingBatch {
    let rows = 0..<min(count, source.count)
    return TrainingBatch(
      sources: rows.map { source[$0] }, targets: rows.map { Array(decoderInput[$0].dropFirst()) },
      start: SpecialTokens.start, end: SpecialTokens.end)
  }
}
