internal import CKernels
internal import Foundation
internal import Kernels

/// From the logits of one hypothesis to the tokens that may follow it and their log-probabilities: the one
/// place where constraints take effect, for every search.
struct NextTokens {
  /// The logits after the repetition penalty; -∞ where a token is not allowed. [V]
  let logits: UnsafePointer<Float>
  /// V
  let count: Int
  /// The token that must come, whatever is allowed.
  let forced: Int?
  private let first: LargestElements.Element
  private let forcedLogit: Float
  private let isMasked: Bool
  /// log Σ exp(logit - largest logit), over all tokens, forbidden ones included.
  private let logSum: Double

  /// - Parameters:
  ///   - logits: [V], overwritten.
  ///   - path: the hypothesis so far.
  ///   - forced: the token of a prefix that must come next.
  /// - Returns: `nil` when the logits are no distribution.
  init?(
    _ logits: UnsafeMutablePointer<Float>, count: Int, after path: Hypothesis.Path, forced: Int?,
    rules: DecodingRules
  ) {
    rules.penalizeRepetition(logits, of: path.tokens)
    guard let first = LargestElements.find(logits, count: count, limit: 1).first else { return nil }
    var (target, loss, nll) = (Int32(first.index), Float(0), Float(0))
    VectorKernels.active.cross_entropy_rows(
      logits, count, 1, count, &target, 0, 0, 0, &loss, &nll)
    // NaN and +∞ among the logits come out as NaN here.
    if !nll.isFinite { return nil }

    self.logits = UnsafePointer(logits)
    self.count = count
    self.first = first
    self.forced = forced
    forcedLogit = forced.map { logits[$0] } ?? 0
    logSum = Double(nll)
    isMasked = forced == nil && rules.forbid(logits, after: path.tokens)
  }

  /// At most `limit` tokens, the most probable first, of equal ones the first. Those of probability 0 are
  /// never among them, unless forced.
  func best(_ limit: Int) -> [Candidate] {
    if let forced { return [Candidate(token: forced, logProbability: logProbability(forcedLogit))] }
    let largest =
      limit == 1 && !isMasked
      ? [first] : LargestElements.find(logits, count: count, limit: limit)
    return largest.map {
      Candidate(token: $0.index, logProbability: logProbability($0.value))
    }
  }

  /// A token as a candidate.
  func candidate(_ token: Int) -> Candidate {
    Candidate(token: token, logProbability: logProbability(logits[token]))
  }

  private func logProbability(_ logit: Float) -> Float {
    // At most 0, which the stop rule of the beam search counts on.
    Float(min(0, Double(logit) - Double(first.value) - logSum))
  }
}

/// The constraints and the end token that they are about.
struct DecodingRules {
  let constraints: DecodingConstraints
  let end: Int

  func penalizeRepetition(_ logits: UnsafeMutablePointer<Float>, of tokens: [Int]) {
    let penalty = constraints.repetitionPenalty
    if penalty == 1 { return }
    for token in Set(tokens) {
      logits[token] = logits[token] < 0 ? logits[token] * penalty : logits[token] / penalty
    }
  }

  /// Puts -∞ where a token is not allowed, and tells whether there was one.
  func forbid(_ logits: UnsafeMutablePointer<Float>, after tokens: [Int]) -> Bool {
    var forbidden = constraints.forbiddenTokens + constraints.tokensCompletingNGrams(of: tokens)
    if tokens.count < constraints.minimumLength { forbidden.append(end) }
    for token in forbidden { logits[token] = -.infinity }
    return !forbidden.isEmpty
  }
}
