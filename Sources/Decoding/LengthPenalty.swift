internal import Foundation

/// How hypotheses of different lengths are compared: their log-probability is divided by a function of their
/// length.
///
/// The length |Y| is the number of tokens that the model predicted: the end token counts (it has a
/// log-probability like any other), the start token does not. So a finished hypothesis has at least length 1.
public enum LengthPenalty: Sendable, Equatable {
  /// log p itself, which favours short outputs.
  case none
  /// log p / |Y|: the mean over tokens.
  case average
  /// log p / ((5 + |Y|) / 6)^alpha (Wu et al. 2016; section 6.1 of the Transformer paper: alpha 0.6).
  case paper(alpha: Double = 0.6)

  /// What the log-probability of a hypothesis of the given length is divided by; 1 for length 0.
  public func divisor(length: Int) -> Double {
    if length < 1 { return 1 }
    return switch self {
    case .none: 1
    case .average: Double(length)
    case .paper(let alpha): pow((5 + Double(length)) / 6, alpha)
    }
  }

  /// The score by which hypotheses are ranked.
  public func normalized(_ logProbability: Double, length: Int) -> Double {
    logProbability / divisor(length: length)
  }

  /// The most that the score of a hypothesis can become when it ends with a length in `lengths`.
  ///
  /// Its log-probability can only fall from now on, and the divisor is monotone, so the best case is that
  /// of certain tokens up to the shortest or the longest end.
  func bound(_ logProbability: Double, lengths: ClosedRange<Int>) -> Double {
    max(
      normalized(logProbability, length: lengths.lowerBound),
      normalized(logProbability, length: lengths.upperBound))
  }

  func validate() throws(DecodingError) {
    if case .paper(let alpha) = self, !alpha.isFinite {
      throw .invalidOption(name: "alpha", expected: "a finite number", found: "\(alpha)")
    }
  }
}
