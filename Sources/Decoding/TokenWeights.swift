internal import CKernels
internal import Kernels

/// Numbers in proportion to the probabilities of all tokens of a vocabulary, the largest 1.
struct TokenWeights {
  private let weights: UnsafeMutablePointer<Float>
  private let count: Int

  /// Calls `body` with exp((logit - largest) / temperature) of each logit.
  static func withWeights<Result>(
    _ logits: UnsafePointer<Float>, count: Int, largest: Float, temperature: Float,
    _ body: (TokenWeights) -> Result
  ) -> Result {
    BufferPool.withScratch(count) { weights in
      // Divided, because the inverse of a very small temperature is infinite, and 0 times that is NaN.
      for index in 0..<count { weights[index] = (logits[index] - largest) / temperature }
      VectorKernels.active.exponential(weights, weights, count)
      return body(TokenWeights(weights: weights, count: count))
    }
  }

  /// Sets all weights to 0 but the fewest, the largest ones, that together have the given share of all. Of
  /// equal ones the first are kept.
  ///
  /// A sort would cost more than the model's step. So the weights are added up by their leading bits, which
  /// are in their order, and only those whose bits are the ones at the border are sorted.
  func keepNucleus(share: Double) {
    // Weights are at most 1: the sign bit is 0, and what stands before the last 18 bits is at most this.
    let last = Self.bin(1)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: last + 1) { sums in
      sums.initialize(repeating: 0)
      for index in 0..<count { sums[Self.bin(weights[index])] += Double(weights[index]) }
      let target = share * sums.reduce(0, +)
      var (sum, border) = (0.0, last)
      while border > 0 && sum + sums[border] < target {
        sum += sums[border]
        border -= 1
      }
      let candidates = (0..<count).filter { Self.bin(weights[$0]) == border }
        .sorted { (weights[$1], $0) < (weights[$0], $1) }
      var kept = Set<Int>()
      for index in candidates where sum < target {
        sum += Double(weights[index])
        kept.insert(index)
      }
      for index in 0..<count {
        let bin = Self.bin(weights[index])
        if bin < border || bin == border && !kept.contains(index) { weights[index] = 0 }
      }
    }
  }

  /// The token where the sum of the weights passes the given share of their total.
  func token(at share: Double) -> Int? {
    let block = 256
    var blockSums: [Double] = []
    for first in stride(from: 0, to: count, by: block) {
      blockSums.append(VectorKernels.active.sum(weights + first, min(block, count - first)))
    }
    let target = share * blockSums.reduce(0, +)
    var sum = 0.0
    for (number, blockSum) in blockSums.enumerated() {
      if sum + blockSum <= target {
        sum += blockSum
        continue
      }
      for index in number * block..<min(count, (number + 1) * block) {
        sum += Double(weights[index])
        if sum > target { return index }
      }
    }
    // Only rounding leads here.
    return (0..<count).last { weights[$0] > 0 }
  }

  private static func bin(_ weight: Float) -> Int { Int(weight.bitPattern >> 18) }
}
