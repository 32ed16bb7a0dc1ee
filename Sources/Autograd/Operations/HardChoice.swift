import Foundation
internal import Kernels
public import Tensors

/// 1 for the largest element of each row (the first of equals) and 0 for the others; a row of zeros stays one. The
/// gradient passes through as if the input had been the output (Bengio et al. 2013).
///
/// - Parameter weights: attention weights, [..., S].
public func straightThroughLargest(_ weights: Variable) -> Variable {
  .result(largestOfRows(weights.value), of: weights) { gradient, accumulator in
    accumulator.add(gradient, to: weights)
  }
}

/// 1 for the largest element of each row of weights, the first of equals, and 0 for the others; a row of zeros stays
/// one.
func largestOfRows(_ weights: Tensor) -> Tensor {
  var result = Tensor.zeros(weights.shape)
  let (rows, columns) = (weights.shape.rowCount, weights.shape.last)
  let target = result.mutablePointer
  for row in 0..<rows {
    let x = weights.pointer + row * columns
    var best = 0
    for column in 0..<columns where x[column] > x[best] { best = column }
    if columns > 0 && x[best] > 0 { target[row * columns + best] = 1 }
  }
  return result
}

/// Scores with Gumbel noise: the softmax of the sums divided by a temperature is a relaxed sample, and their largest
/// is a sample, of the softmax of the scores (Jang et al. 2017, Maddison et al. 2017).
///
/// - Parameter seed: from ``ForwardContext/nextSeed()``.
public func addingGumbelNoise(_ scores: Variable, seed: UInt64) -> Variable {
  var sum = Tensor(uninitialized: scores.shape)
  GumbelNoise.add(
    to: scores.value.pointer, seed: seed, into: sum.mutablePointer, count: sum.count)
  return .result(sum, of: scores) { gradient, accumulator in
    accumulator.add(gradient, to: scores)
  }
}

/// One key for each query, drawn from the softmax of its scores.
///
/// - Parameters:
///   - scores: [B, H, T, S]
///   - seed: from ``ForwardContext/nextSeed()``.
/// - Returns: weights [B, H, T, S] of 0 and 1 that pass no gradient on, and the logarithm of the probability of each
///   sequence's choices, [B], that does.
public func sampledChoice(_ scores: Variable, mask: AttentionMask = .none, seed: UInt64) -> (
  weights: Tensor, logProbability: Variable
) {
  let noisy = addingGumbelNoise(Variable(scores.value), seed: seed)
  let choice = largestOfRows(attentionSoftmax(noisy, mask: mask).value)
  let weights = attentionSoftmax(Variable(scores.value), mask: mask).value
  let (batch, size) = (scores.shape[0], scores.shape.dimensions.dropFirst().reduce(1, *))
  var logarithms = Tensor.zeros([batch])
  for b in 0..<batch {
    var sum = 0.0
    for index in b * size..<(b + 1) * size where choice.pointer[index] == 1 {
      sum += log(Double(max(weights.pointer[index], .leastNormalMagnitude)))
    }
    logarithms.mutablePointer[b] = Float(sum)
  }
  let logProbability = Variable.result(logarithms, of: scores) { gradient, accumulator in
    var dScores = Tensor(uninitialized: scores.shape)
    let target = dScores.mutablePointer
    for index in 0..<dScores.count {
      target[index] =
        gradient.pointer[index / size] * (choice.pointer[index] - weights.pointer[index])
    }
    accumulator.add(dScores, to: scores)
  }
  return (choice, logProbability)
}

extension ForwardContext {
  /// REINFORCE (Williams 1992) for all that was drawn at random in this pass: a scalar 0, to be added to the loss,
  /// whose gradient is Σ (cost - baseline) ∇ log p(choices) over the sequences. Where each cost depends on the
  /// choices of its own sequence only, and no baseline on any, the mean of the sum's gradient is the gradient of the
  /// expected loss.
  ///
  /// - Parameters:
  ///   - costs: what each sequence adds to the loss, [B].
  ///   - baselines: numbers near the costs, [B]; the nearer, the less noise.
  /// - Returns: nil where nothing was drawn.
  public func reinforcement(costs: [Float], baselines: [Float]) -> Variable? {
    if choices.isEmpty { return nil }
    let choices = choices
    let counts = choices.map(\.value.count)
    if costs.count != baselines.count || counts.contains(where: { $0 != costs.count }) {
      fatalError(
        "reinforcement: \(costs.count) costs and \(baselines.count) baselines for choices of "
          + "\(counts) sequences")
    }
    return .result(Tensor(scalar: 0), of: choices) { gradient, accumulator in
      let factors = zip(costs, baselines).map { ($0 - $1) * gradient.scalar }
      for choice in choices { accumulator.add(Tensor(factors), to: choice) }
    }
  }
}
