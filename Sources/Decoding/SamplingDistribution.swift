internal import Foundation

/// The distribution that a token is drawn from: the model's, made sharper or flatter and cut.
///
/// First the logits of the allowed tokens are divided by the temperature, then all but the `topK` most
/// probable tokens are cut off, then of these all but the fewest that together have at least the share `topP`
/// (Holtzman et al. 2020), and what is left is normalised. Of equally probable tokens the first are kept.
public struct SamplingDistribution: Sendable, Equatable {
  /// Below 1 sharper, above 1 flatter. Greater than 0; for the limit at 0, use ``GreedyDecoder``.
  public var temperature: Float
  /// How many tokens are kept; `nil`: all.
  public var topK: Int?
  /// The share of probability that is kept, above 0 and at most 1; `nil`: all.
  public var topP: Float?

  /// The model's own distribution by default.
  public init(temperature: Float = 1, topK: Int? = nil, topP: Float? = nil) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
  }

  func validate() throws(DecodingError) {
    // Written so that NaN is refused as well.
    if !(temperature > 0 && temperature.isFinite) {
      throw .invalidOption(
        name: "temperature", expected: "a positive number", found: "\(temperature)")
    }
    if let topK, topK < 1 {
      throw .invalidOption(name: "topK", expected: "at least 1", found: "\(topK)")
    }
    if let topP, !(topP > 0 && topP <= 1) {
      throw .invalidOption(name: "topP", expected: "above 0 and at most 1", found: "\(topP)")
    }
  }
}

extension SamplingDistribution: TokenChoice {
  func choose(from next: NextTokens, draw: Double) -> Candidate? {
    if next.forced != nil { return next.best(1).first }
    guard let token = token(next.logits, count: next.count, draw: draw) else { return nil }
    return next.candidate(token)
  }

  /// The token of a row of logits [count] where the cumulative probability passes `draw`; `nil` when all
  /// are -∞.
  func token(_ logits: UnsafePointer<Float>, count: Int, draw: Double) -> Int? {
    if let topK { return token(ofLargest: topK, logits, count: count, draw: draw) }
    guard let largest = LargestElements.find(logits, count: count, limit: 1).first else {
      return nil
    }
    return TokenWeights.withWeights(
      logits, count: count, largest: largest.value, temperature: temperature
    ) { weights in
      if let topP, topP < 1 { weights.keepNucleus(share: Double(topP)) }
      return weights.token(at: draw)
    }
  }

  private func token(
    ofLargest limit: Int, _ logits: UnsafePointer<Float>, count: Int, draw: Double
  ) -> Int? {
    var kept = LargestElements.find(logits, count: count, limit: limit)
    guard let largest = kept.first?.value else { return nil }
    var weights = kept.map { exp((Double($0.value) - Double(largest)) / Double(temperature)) }
    if let topP, topP < 1 {
      let share = Double(topP) * weights.reduce(0, +)
      var sum = 0.0
      let last = weights.firstIndex { weight in
        sum += weight
        return sum >= share
      }
      let length = (last ?? weights.count - 1) + 1
      kept.removeLast(kept.count - length)
      weights.removeLast(weights.count - length)
    }
    let target = draw * weights.reduce(0, +)
    var sum = 0.0
    for (element, weight) in zip(kept, weights) {
      sum += weight
      if sum > target { return element.index }
    }
    return kept.last?.index
  }
}
