/// Where a run stands.
public struct RunProgress: Sendable {
  /// What is being done, such as `warm-up 3 of 12` or `cycle 4 of 10`.
  public let phase: String
  /// The contender at work.
  public let label: String
  /// From 0 to 1.
  public let fraction: Double
  /// Estimated seconds to the end; nil before anything was timed.
  public let secondsLeft: Double?

  /// How far a run has come.
  public init(phase: String, label: String, fraction: Double, secondsLeft: Double?) {
    self.phase = phase
    self.label = label
    self.fraction = fraction
    self.secondsLeft = secondsLeft
  }
}
