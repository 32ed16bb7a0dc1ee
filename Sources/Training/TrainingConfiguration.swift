public import Kernels

/// How a model is trained. The defaults are the paper's where it says something (section 5).
public struct TrainingConfiguration: Codable, Equatable, Sendable {
  /// What happens when numbers are no longer finite.
  public enum DivergenceResponse: String, Codable, Sendable, CaseIterable {
    /// Training ends with an error, and the last checkpoint stays.
    case stop
    /// Training goes back to the last checkpoint, and on with half the learning rate.
    case rollBack
  }

  /// Training ends after so many updates; 0: no such limit.
  public var maximumSteps = 100_000
  /// Training ends after so many passes through the data; 0: no such limit.
  public var maximumEpochs = 0
  /// Adam's constants.
  public var optimizer = Adam.Configuration()
  /// The learning rate at each step.
  public var schedule = LearningRateSchedule(.paper)
  /// ε_ls
  public var labelSmoothing: Float = 0.1
  /// α of R-Drop (Liang et al. 2021): each pair is taken twice, with dropout of its own, and the distributions of both
  /// passes are drawn to each other with this weight; 0: each pair is taken once.
  public var consistencyWeight: Float = 0
  /// The norm that gradients are clipped to; 0: not clipped, as in the paper.
  public var clipNorm: Float = 0
  /// In how many parts the gradients of a batch are computed one after the other, to save memory.
  public var accumulationParts = 1
  /// Of the factors of large products; everything else is in float32 at any rate.
  public var precision = ProductPrecision.float32
  /// For dropout. (Parameters and data have seeds of their own.)
  public var seed: UInt64 = 1
  /// A line of metrics every so many updates.
  public var logInterval = 50
  /// Validation every so many updates; 0: at the end of each epoch.
  public var validationInterval = 0
  /// A checkpoint every so many updates, beside one at each validation.
  public var checkpointInterval = 1000
  /// The name of the validation score that decides which model is best; empty: the first.
  public var bestBy = ""
  /// Training ends after so many validations in a row without improvement; 0: it does not.
  public var patience = 0
  /// A score must be better than the best by more than this to count as an improvement.
  public var minimumImprovement = 0.0
  /// The share of its own that a moving average of the weights keeps at each update, such as 0.999; 0: there
  /// is no average. It is what is validated and kept as the best model.
  public var averageDecay: Float = 0
  /// What happens when loss, gradients or weights are not finite.
  public var onDivergence = DivergenceResponse.stop
  /// How often training goes back before it ends with an error after all.
  public var maximumRollBacks = 3
  /// Parameters that stay as they are: paths, with `*` for any part of one (`encoder.*`).
  public var frozen: [String] = []
  /// How many checkpoints of different steps are kept beside the last and the best, to be averaged; 0: none.
  public var keepLast = 0

  /// The paper's numbers.
  public init() {}

  /// Makes sure that the numbers describe a training.
  ///
  /// - Throws: ``TrainingError/invalidConfiguration(field:expected:found:)``
  public func validate() throws {
    func require(_ condition: Bool, _ field: String, _ expected: String, _ found: Any) throws {
      if !condition {
        throw TrainingError.invalidConfiguration(
          field: field, expected: expected, found: "\(found)")
      }
    }
    try require(
      maximumSteps > 0 || maximumEpochs > 0, "maximumSteps",
      "a positive maximumSteps or maximumEpochs, so that training ends", maximumSteps)
    try require(
      precision.isAvailable, "precision",
      "float32, since this CPU has no products of bfloat16 (AVX512_BF16)", precision.rawValue)
    for (field, value, least) in [
      ("maximumSteps", maximumSteps, 0), ("maximumEpochs", maximumEpochs, 0),
      ("accumulationParts", accumulationParts, 1), ("logInterval", logInterval, 1),
      ("validationInterval", validationInterval, 0),
      ("checkpointInterval", checkpointInterval, 1), ("keepLast", keepLast, 0),
      ("schedule.warmupSteps", schedule.warmupSteps, 0), ("patience", patience, 0),
      ("schedule.patience", schedule.patience, 1), ("maximumRollBacks", maximumRollBacks, 0),
    ] {
      try require(value >= least, field, "a number of at least \(least)", value)
    }
    for (field, value) in [
      ("labelSmoothing", labelSmoothing), ("optimizer.beta1", optimizer.beta1),
      ("optimizer.beta2", optimizer.beta2), ("averageDecay", averageDecay),
    ] {
      try require(value >= 0 && value < 1, field, "at least 0 and less than 1", value)
    }
    try require(
      schedule.factor > 0 && schedule.factor < 1, "schedule.factor", "above 0 and below 1",
      schedule.factor)
    try require(
      minimumImprovement >= 0 && minimumImprovement.isFinite, "minimumImprovement",
      "a number of at least 0", minimumImprovement)
    for (field, value) in [
      ("clipNorm", clipNorm), ("consistencyWeight", consistencyWeight),
      ("optimizer.weightDecay", optimizer.weightDecay),
      ("schedule.rate", schedule.rate), ("schedule.finalRate", schedule.finalRate),
      ("optimizer.epsilon", optimizer.epsilon),
    ] {
      try require(value >= 0 && value.isFinite, field, "a number of at least 0", value)
    }
  }
}
