/// A named result of a validation.
public struct ValidationScore: Codable, Equatable, Sendable {
  /// What the score is called in logs.
  public let name: String
  /// The score.
  public let value: Double
  /// Whether a greater one is a better one (BLEU) or a worse one (perplexity).
  public let higherIsBetter: Bool

  /// A named score.
  public init(_ name: String, _ value: Double, higherIsBetter: Bool = false) {
    self.name = name
    self.value = value
    self.higherIsBetter = higherIsBetter
  }

  /// Whether the score is better than the best before by more than so much. One that is not finite never is.
  func isBetter(than best: Double?, byMoreThan margin: Double) -> Bool {
    guard value.isFinite else { return false }
    guard let best else { return true }
    return higherIsBetter ? value > best + margin : value < best - margin
  }
}
