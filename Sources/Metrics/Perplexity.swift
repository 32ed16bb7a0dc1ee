import Foundation

/// Perplexity: the exponential of the mean negative log-likelihood of a target token.
///
///     exp(-1/N sum_n ln p(y_n | y_<n, x))
///
/// N counts the target tokens that the model has to predict, the end token included, start and padding not.
/// The logarithm is natural, and the likelihood is without label smoothing. It depends on the tokenizer, so
/// compare it between models of one vocabulary only.
public struct Perplexity: AdditiveStatistics {
  /// The negative log-likelihood so far, in nats.
  public private(set) var negativeLogLikelihood: Double
  /// The number of target tokens so far.
  public private(set) var tokenCount: Int

  /// A sum in nats over a number of tokens.
  public init(negativeLogLikelihood: Double = 0, tokenCount: Int = 0) {
    self.negativeLogLikelihood = negativeLogLikelihood
    self.tokenCount = tokenCount
  }

  /// Adds a sum of negative log-likelihoods, in nats, over some tokens.
  public mutating func add(negativeLogLikelihood: Double, tokenCount: Int) {
    self.negativeLogLikelihood += negativeLogLikelihood
    self.tokenCount += tokenCount
  }

  /// The mean negative log-likelihood of a token, in nats; `nil` when there are no tokens.
  public var crossEntropy: Double? {
    tokenCount == 0 ? nil : negativeLogLikelihood / Double(tokenCount)
  }

  /// The perplexity, from 1; `nil` when there are no tokens.
  public var value: Double? { crossEntropy.map { exp($0) } }

  /// Adds the sums over other tokens.
  public static func += (sum: inout Self, other: Self) {
    sum.add(negativeLogLikelihood: other.negativeLogLikelihood, tokenCount: other.tokenCount)
  }

  /// What the number is, in a line to be printed with it.
  public static let definition =
    "perplexity = exp(-1/N sum ln p(y_n | y_<n, x)), N target tokens, end tokens included; "
    + "without label smoothing; comparable between models of one vocabulary only"

  /// `perplexity = 7.3891 (2.0000 nats per token, 1234 tokens)`; `perplexity = undefined (0 tokens)`.
  ///
  /// - Parameter decimals: digits after the point.
  public func formatted(decimals: Int = 4) -> String {
    guard let value, let crossEntropy else { return "perplexity = undefined (0 tokens)" }
    return "perplexity = \(fixed(value, decimals)) "
      + "(\(fixed(crossEntropy, decimals)) nats per token, \(tokenCount) tokens)"
  }
}
