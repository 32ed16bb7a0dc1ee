import Foundation
internal import SequenceModels

/// What happened in a logging interval.
public struct TrainingLog: Codable, Equatable, Sendable {
  /// The update at the end of the interval, and how many there will be.
  public var step: Int
  /// How many updates there will be.
  public var totalSteps: Int
  /// The epoch of the next batch, from 0.
  public var epoch: Int
  /// The mean of the smoothed loss over the updates of the interval.
  public var loss: Double
  /// exp of the mean of -log p over the target tokens of the interval (with dropout on).
  public var perplexity: Double
  /// The rate of the last update.
  public var learningRate: Double
  /// The largest norm of the gradients in the interval, before clipping.
  public var gradientNorm: Double
  /// Real tokens per second of training; padding is not counted.
  public var sourceTokensPerSecond: Double
  /// Real target tokens per second of training.
  public var targetTokensPerSecond: Double
  /// The share of padding in the batches, source and decoder input together.
  public var paddingShare: Double
  /// Seconds of training so far and, at the rate of this interval, still to come.
  public var elapsedSeconds: Double
  /// Seconds still to come, at the rate of this interval.
  public var remainingSeconds: Double

  /// What one update did.
  struct Step {
    var loss: Double
    var negativeLogLikelihood: Double
    var gradientNorm: Double
    var learningRate: Float
    var seconds: Double
  }

  /// Adds up the steps of an interval.
  struct Counter {
    private var steps = 0
    var stepCount: Int { steps }
    private var loss = 0.0
    private var likelihood = 0.0
    private var norm = 0.0
    private var rate: Float = 0
    private var sourceTokens = 0
    private var targetTokens = 0
    private var places = 0
    private var seconds = 0.0

    mutating func add(_ batch: TrainingBatch, _ step: Step) {
      steps += 1
      loss += step.loss
      likelihood += step.negativeLogLikelihood
      norm = max(norm, step.gradientNorm)
      rate = step.learningRate
      sourceTokens += batch.sourceTokenCount
      targetTokens += batch.targetTokenCount
      places +=
        batch.source.count * (batch.source.maximumLength + batch.decoderInput.maximumLength)
      seconds += step.seconds
    }

    func log(state: TrainingState, totalSteps: Int) -> TrainingLog {
      let time = max(seconds, 1e-9)
      return TrainingLog(
        step: state.step, totalSteps: totalSteps, epoch: state.epoch,
        loss: loss / Double(max(1, steps)),
        perplexity: exp(likelihood / Double(max(1, targetTokens))), learningRate: Double(rate),
        gradientNorm: norm, sourceTokensPerSecond: Double(sourceTokens) / time,
        targetTokensPerSecond: Double(targetTokens) / time,
        paddingShare: 1 - Double(sourceTokens + targetTokens) / Double(max(1, places)),
        elapsedSeconds: state.elapsedSeconds,
        remainingSeconds: time / Double(max(1, steps)) * Double(max(0, totalSteps - state.step)))
    }
  }
}
