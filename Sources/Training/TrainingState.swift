/// Where a training is: what, beside parameters and moments, must be known to go on as if nothing had
/// happened.
public struct TrainingState: Codable, Equatable, Sendable {
  /// Updates so far.
  public var step = 0
  /// The epoch of the next batch, from 0, and its number in the epoch.
  public var epoch = 0
  /// The number of the next batch in its epoch.
  public var batchIndex = 0
  /// The best validation score so far and the step it was reached at; lower is better.
  public var bestScore: Double?
  /// The update at which the best score was reached.
  public var bestStep = 0
  /// Seconds spent in training so far, over all sessions.
  public var elapsedSeconds = 0.0

  /// The start.
  public init() {}

  enum CodingKeys: String, CodingKey, CaseIterable {
    case step, epoch, batchIndex, bestScore, bestStep, elapsedSeconds
  }
}
