import AttentionKit
import BenchmarkKit

/// A model that learns for so many seconds, in turns.
protocol QualityLearner: AnyObject {
  var name: String { get }
  var parameterCount: Int { get }
  /// Seconds of training so far: batches and evaluations are not in them.
  var seconds: Double { get }
  /// Seconds of each training step so far.
  var steps: [Double] { get }
  /// Real target tokens of all steps so far.
  var tokenCount: Int { get }

  /// Trains until `seconds` is at least so many, or until told to stop.
  func train(until seconds: Double, shouldStop: () -> Bool) throws
  /// The loss on held-out pairs, in nats a token.
  func heldOutLoss() throws -> Double
  /// The share of held-out pairs whose greedy output is the target.
  func exactMatchShare() throws -> Double
  /// The loss in chunks against the plain cross-entropy, and the gradient against the loss.
  func check() throws
}

/// A model in training on given data, at a rate that follows its share of the budget.
final class ModelLearner<Model: SequenceModel>: QualityLearner {
  let name: String
  private let model: Model
  private let data: QualityData
  private let heldOut: [TrainingBatch]
  private let adam: Adam
  private let budget: Double
  private let peakRate: Float
  private let seed: UInt64
  private let clock = MonotonicClock()
  private(set) var seconds = 0.0
  private(set) var steps: [Double] = []
  private(set) var tokenCount = 0

  init(
    _ name: String, _ model: Model, _ data: QualityData, budget: Double, peakRate: Float,
    seed: UInt64
  ) {
    self.name = name
    self.model = model
    self.data = data
    self.budget = budget
    self.peakRate = peakRate
    self.seed = seed
    adam = Adam(model.parameters)
    heldOut = stride(from: 0, to: data.heldOut.count, by: 64).map {
      QualityData.batch(Array(data.heldOut[$0..<min($0 + 64, data.heldOut.count)]))
    }
  }

  var parameterCount: Int { model.parameterCount }

  /// Linear warm-up in the first twentieth of the budget, then half a cosine to 0 at its end.
  private var rate: Float {
    let (warmup, length) = (50, 1000)
    let place = 1 + Int(seconds / budget * Double(length))
    return LearningRateSchedule(.cosine, rate: peakRate, warmupSteps: warmup)
      .rate(at: place, modelDimension: 1, totalSteps: length)
  }

  func train(until limit: Double, shouldStop: () -> Bool) throws {
    while seconds < limit && !shouldStop() {
      let batch = try data.batch(steps.count)
      let start = clock.now()
      let result = try GradientStep(
        model, batch, labelSmoothing: 0, seed: seed, step: steps.count + 1)
      _ = adam.update(result.gradients, learningRate: rate, maximumNorm: 1)
      let taken = clock.seconds(since: start)
      guard result.loss.isFinite else {
        throw SuiteError("the loss of step \(steps.count + 1) is \(result.loss)")
      }
      steps.append(taken)
      seconds += taken
      tokenCount += batch.targetTokenCount
    }
  }

  func heldOutLoss() throws -> Double {
    let (total, count) = try evaluateLoss(model, on: heldOut)
    return total / Double(max(1, count))
  }

  func exactMatchShare() throws -> Double {
    let decoder = GreedyDecoder(
      start: SpecialTokens.start, end: SpecialTokens.end, maximumLength: { 2 * $0 + 10 })
    let outputs = try decoder.decode(data.heldOut.map(\.source), with: model)
    var matches = ExactMatch()
    for (output, pair) in zip(outputs, data.heldOut) {
      matches.add(hypothesis: output.tokens, references: [pair.target])
    }
    return matches.accuracy ?? 0
  }

  func check() throws {
    let step = TrainedStep(model)
    let few = try data.batch(0).first(2)
    try step.check(few)
    try step.checkGradient(few)
  }
}
