internal import CKernels
internal import Foundation
internal import Kernels

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

  /// A token and its probability, up to a factor that all have in common.
  typealias Weighted = (index: Int, weight: Double)

  /// The token of a row of logits [count] where the cumulative probability passes `draw`; `nil` when all
  /// are -∞.
  func token(_ logits: UnsafePointer<Float>, count: Int, draw: Double) -> Int? {
    if let topK {
      let kept = LargestElements.find(logits, count: count, limit: topK)
      guard let largest = kept.first?.value else { return nil }
      let weighted = kept.map { element in
        (element.index, exp((Double(element.value) - Double(largest)) / Double(temperature)))
      }
      return Self.pick(cut(weighted, total: Self.total(weighted)), draw: draw)
    }
    guard let largest = LargestElements.find(logits, count: count, limit: 1).first?.value else {
      return nil
    }
    return BufferPool.withScratch(count) { weights in
      for index in 0..<count { weights[index] = (logits[index] - largest) / temperature }
      VectorKernels.active.exponential(weights, weights, count)
      var total = 0.0
      for index in 0..<count { total += Double(weights[index]) }
      if (topP ?? 1) >= 1 { return Self.pick(weights, count: count, total: total, draw: draw) }

      // Most often few tokens have the share, so few are sorted out at first, and more when they have not.
      var limit = min(64, count)
      while true {
        let largest = LargestElements.find(logits, count: count, limit: limit)
        let kept = cut(largest.map { ($0.index, Double(weights[$0.index])) }, total: total)
        if kept.count < largest.count || limit == count { return Self.pick(kept, draw: draw) }
        limit = min(8 * limit, count)
      }
    }
  }

  /// The fewest of the given tokens, from the first on, that have the share `topP` of the total.
  private func cut(_ tokens: [Weighted], total: Double) -> [Weighted] {
    guard let topP, topP < 1 else { return tokens }
    var sum = 0.0
    for (position, token) in tokens.enumerated() {
      sum += token.weight
      if sum >= Double(topP) * total { return Array(tokens[...position]) }
    }
    return tokens
  }

  private static func total(_ tokens: [Weighted]) -> Double { tokens.reduce(0) { $0 + $1.weight } }

  private static func pick(_ tokens: [Weighted], draw: Double) -> Int? {
    let target = draw * total(tokens)
    var sum = 0.0
    for token in tokens {
      sum += token.weight
      if sum > target { return token.index }
    }
    return tokens.last?.index
  }

  /// The same over all tokens in the order of their numbers.
  private static func pick(
    _ weights: UnsafePointer<Float>, count: Int, total: Double, draw: Double
  ) -> Int? {
    let target = draw * total
    var sum = 0.0
    for index in 0..<count {
      sum += Double(weights[index])
      if sum > target { return index }
    }
    return (0..<count).last { weights[$0] > 0 }
  }
}
