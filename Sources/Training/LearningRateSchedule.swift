import Foundation

/// The learning rate at each step.
public struct LearningRateSchedule: Codable, Equatable, Sendable {
  /// The shapes of a schedule.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// rate · D^-½ · min(step^-½, step · warmup^-3/2): equation 3 of the paper, where `rate` is 1.
    case paper
    /// Linear warm-up to `rate`, which then stays.
    case constant
    /// Linear warm-up to `rate`, then half a cosine down to `finalRate` at the last step.
    case cosine
    /// Linear warm-up to `rate`, then down with the root of the step: rate · (warmup / step)^½, as in fairseq.
    case inverseSquareRoot
    /// Linear warm-up to `rate`, then times `factor` whenever `patience` validations in a row were no better
    /// than the best before, down to `finalRate`.
    case plateau
  }

  /// The shape.
  public var kind: Kind
  /// The factor of the paper's formula, or the highest rate.
  public var rate: Float
  /// Steps during which the rate rises.
  public var warmupSteps: Int
  /// Where the cosine ends, and the lowest rate of `plateau`.
  public var finalRate: Float = 0
  /// What `plateau` multiplies with.
  public var factor: Float = 0.5
  /// How many validations without improvement `plateau` waits for.
  public var patience = 2

  /// The paper's numbers unless said otherwise.
  public init(_ kind: Kind, rate: Float = 1, warmupSteps: Int = 4000, finalRate: Float = 0) {
    self.kind = kind
    self.rate = rate
    self.warmupSteps = warmupSteps
    self.finalRate = finalRate
  }

  /// - Parameters:
  ///   - step: the number of the update, from 1.
  ///   - modelDimension: D, for the paper's formula.
  ///   - totalSteps: where the cosine ends.
  ///   - reductions: how many times `plateau` has reduced the rate (``TrainingState/rateReductions``).
  public func rate(
    at step: Int, modelDimension: Int, totalSteps: Int, reductions: Int = 0
  ) -> Float {
    let (position, warmup) = (Double(max(1, step)), Double(max(1, warmupSteps)))
    switch kind {
    case .paper:
      return rate
        * Float(
          pow(Double(modelDimension), -0.5) * min(pow(position, -0.5), position * pow(warmup, -1.5))
        )
    case .constant:
      return rate * Float(min(1, position / warmup))
    case .inverseSquareRoot:
      return rate * Float(min(position / warmup, (warmup / position).squareRoot()))
    case .plateau:
      let reduced = (0..<reductions).reduce(rate) { rate, _ in rate * factor }
      return max(min(finalRate, rate), reduced) * Float(min(1, position / warmup))
    case .cosine:
      if step <= warmupSteps { return rate * Float(position / warmup) }
      let length = Double(max(1, totalSteps - warmupSteps))
      let progress = min(1, (position - Double(warmupSteps)) / length)
      return finalRate + (rate - finalRate) * Float(0.5 * (1 + cos(Double.pi * progress)))
    }
  }
}
