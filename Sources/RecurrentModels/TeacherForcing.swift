internal import Foundation
internal import SequenceModels

/// What the decoder reads at each step of training: the target's last token (teacher forcing), or the one it would
/// have said itself, as it must when nobody teaches (scheduled sampling, Bengio et al. 2015). Each token is decided
/// by itself.
public struct TeacherForcing: Codable, Equatable, Sendable {
  /// How the share of the target's tokens falls with the number i of the update (Bengio et al. 2015, section 2.4).
  public enum Schedule: String, Codable, Sendable, CaseIterable {
    /// ratio
    case constant
    /// ratio - decay · i
    case linear
    /// ratio · decay^i, decay less than 1.
    case exponential
    /// ratio · decay / (decay + exp(i / decay)), decay at least 1.
    case inverseSigmoid
  }

  /// Which of its own tokens the decoder reads.
  public enum Feedback: String, Codable, Sendable, CaseIterable {
    /// The likeliest.
    case best
    /// One drawn from its distribution.
    case sampled
  }

  /// How the ratio falls.
  public var schedule: Schedule
  /// The probability of reading the target's token at first: 1 is teacher forcing, 0 a decoder that runs free.
  public var ratio: Float
  /// What the ratio never falls below.
  public var minimumRatio: Float
  /// The number of the schedule's formula.
  public var decay: Float
  /// Which of its own tokens the decoder reads otherwise.
  public var feedback: Feedback

  /// Teacher forcing throughout, unless said otherwise.
  public init(
    schedule: Schedule = .constant, ratio: Float = 1, minimumRatio: Float = 0, decay: Float = 0,
    feedback: Feedback = .best
  ) {
    self.schedule = schedule
    self.ratio = ratio
    self.minimumRatio = minimumRatio
    self.decay = decay
    self.feedback = feedback
  }

  /// The probability of reading the target's token.
  ///
  /// - Parameter step: the number of the update, i.
  public func ratio(atStep step: Int) -> Float {
    let (i, k) = (Double(step), Double(decay))
    let value =
      switch schedule {
      case .constant: Double(ratio)
      case .linear: Double(ratio) - k * i
      case .exponential: Double(ratio) * pow(k, i)
      case .inverseSigmoid: Double(ratio) * k / (k + exp(i / k))
      }
    return min(1, max(minimumRatio, Float(value)))
  }

  /// Makes sure that the numbers fit the schedule.
  ///
  /// - Throws: `ConfigurationError`, which names the field.
  public func validate() throws {
    func require(_ condition: Bool, _ field: String, _ expected: String, _ found: Float) throws {
      if !condition {
        throw ConfigurationError(
          field: "teacherForcing.\(field)", expected: expected, found: "\(found)")
      }
    }
    try require(ratio >= 0 && ratio <= 1, "ratio", "from 0 to 1", ratio)
    try require(
      minimumRatio >= 0 && minimumRatio <= ratio, "minimumRatio", "from 0 to the ratio",
      minimumRatio)
    switch schedule {
    case .constant: break
    case .linear:
      try require(
        decay >= 0 && decay.isFinite, "decay", "at least 0 (what goes off per update)", decay)
    case .exponential:
      try require(decay > 0 && decay < 1, "decay", "between 0 and 1 (a factor per update)", decay)
    case .inverseSigmoid:
      try require(decay >= 1 && decay.isFinite, "decay", "at least 1 (a number of updates)", decay)
    }
  }
}
