public import Autograd
public import CoreLayers

/// Positions that attention itself sees, as opposed to vectors added to embeddings: all that conform know distances
/// only, so a sentence may stand anywhere and be of any length.
///
/// ``RelativePositions``, ``RotaryPositions``, ``LinearBiases`` and ``BucketedBiases`` conform.
public protocol AttentionPositions: Layer {
  /// Queries or keys changed by their own positions, [B, T, H K].
  ///
  /// - Parameter positions: of each row, [B, T].
  func placed(_ input: Variable, at positions: [Int32], headCount: Int) -> Variable

  /// What the distances of keys from queries add, or nil for nothing.
  ///
  /// - Parameter largestDistance: there is no larger one in this attention.
  func distanceTerms(largestDistance: Int, in context: ForwardContext) -> DistanceTerms?

  /// Why these positions make no sense with a score function, or nil where they do.
  func objection(to score: any ScoreFunction) -> String?
}

extension AttentionPositions {
  /// The input as it is.
  public func placed(_ input: Variable, at positions: [Int32], headCount: Int) -> Variable {
    input
  }

  /// Nothing.
  public func distanceTerms(largestDistance: Int, in context: ForwardContext) -> DistanceTerms? {
    nil
  }

  /// None.
  public func objection(to score: any ScoreFunction) -> String? { nil }
}

/// Parts of attention that make no sense together.
public struct AttentionCombinationError: Error, Equatable, CustomStringConvertible {
  /// The parts: "rotary positions with additive scores".
  public let combination: String
  /// Why they make no sense.
  public let reason: String

  /// The arguments are the properties.
  public init(combination: String, reason: String) {
    self.combination = combination
    self.reason = reason
  }

  /// The text for a person.
  public var description: String { "\(combination): \(reason)" }
}
