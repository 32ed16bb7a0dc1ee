/// Where a training is: what, beside parameters and moments, must be known to go on as if nothing had
/// happened.
public struct TrainingState: Codable, Equatable, Sendable {
  /// Updates so far.
  public var step = 0
  /// The epoch of the next batch, from 0, and its number in the epoch.
  public var epoch = 0
  /// The number of the next batch in its epoch.
  public var batchIndex = 0
  /// The best value so far of the score that decides, and the step it was reached at.
  public var bestScore: Double?
  /// The update at which the best score was reached.
  public var bestStep = 0
  /// Validations in a row that were no better than the best before: for early stopping.
  public var validationsWithoutImprovement = 0
  /// The like since the learning rate was last reduced.
  public var validationsSinceReduction = 0
  /// How often `plateau` has reduced the learning rate.
  public var rateReductions = 0
  /// How often training has gone back to a checkpoint because it diverged; each time halves the learning rate.
  public var rollBacks = 0
  /// Seconds spent in training so far, over all sessions.
  public var elapsedSeconds = 0.0

  /// What counts can be in a file: far more than a training reaches, and far from where arithmetic ends.
  static let counts = 0...(1 << 48)

  /// The first number that no training has, and what was expected; nil if there is none.
  var problem: String? {
    for (name, count) in [
      ("step", step), ("epoch", epoch), ("batchIndex", batchIndex), ("bestStep", bestStep),
      ("validationsWithoutImprovement", validationsWithoutImprovement),
      ("validationsSinceReduction", validationsSinceReduction), ("rateReductions", rateReductions),
    ] where !Self.counts.contains(count) {
      return "\(name): expected at least 0 and at most \(Self.counts.upperBound), found \(count)"
    }
    // The learning rate is computed reduction by reduction.
    if rateReductions > 1 << 20 {
      return "rateReductions: expected at most \(1 << 20), found \(rateReductions)"
    }
    return elapsedSeconds >= 0 && elapsedSeconds.isFinite
      ? nil : "elapsedSeconds: expected a number of at least 0, found \(elapsedSeconds)"
  }

  /// The start.
  public init() {}

  /// What the schedule's learning rate is multiplied with: a half for each roll-back.
  public var learningRateFactor: Float {
    Float(sign: .plus, exponent: -rollBacks, significand: 1)
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case step, epoch, batchIndex, bestScore, bestStep, validationsWithoutImprovement,
      validationsSinceReduction, rateReductions, rollBacks, elapsedSeconds
  }

  /// What older versions did not write starts at 0.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    step = try container.decode(Int.self, forKey: .step)
    epoch = try container.decode(Int.self, forKey: .epoch)
    batchIndex = try container.decode(Int.self, forKey: .batchIndex)
    bestScore = try container.decodeIfPresent(Double.self, forKey: .bestScore)
    bestStep = try container.decode(Int.self, forKey: .bestStep)
    elapsedSeconds = try container.decode(Double.self, forKey: .elapsedSeconds)
    for (key, path) in [
      (CodingKeys.validationsWithoutImprovement, \Self.validationsWithoutImprovement),
      (.validationsSinceReduction, \.validationsSinceReduction),
      (.rateReductions, \.rateReductions), (.rollBacks, \.rollBacks),
    ] as [(CodingKeys, WritableKeyPath<Self, Int>)] {
      self[keyPath: path] = try container.decodeIfPresent(Int.self, forKey: key) ?? 0
    }
  }
}
