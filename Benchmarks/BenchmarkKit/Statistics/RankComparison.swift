import Foundation

/// Two sets of times compared by their order alone: how often one is longer than the other, and how likely so clear an
/// order is by chance.
///
/// Ranks are what timings allow: they have a floor, a long tail and outliers, and no test that thinks of them as normal
/// keeps its promise. The effect size is Cliff's delta (1993), since it is the same comparison as the test of Mann and
/// Whitney (1947), needs no variance and cannot be moved far by one bad sample.
public struct RankComparison: Hashable, Sendable {
  /// The share of pairs in which the second is larger less the share in which it is smaller, from -1 to 1; 0 when they
  /// are alike.
  public let delta: Double
  /// The two-sided probability of so large a delta, or a larger one, if both sets come from the same distribution.
  public let probability: Double

  /// Compares samples that are independent of one another; nil when there are none on a side.
  public init?(_ first: [Double], _ second: [Double]) {
    guard !first.isEmpty, !second.isEmpty else { return nil }
    let (n, m) = (first.count, second.count)
    let sorted = first.sorted()
    // Twice the number of pairs in which the second is larger; a tie is half a pair.
    var twice = 0
    for value in second {
      twice += Self.count(below: value, in: sorted, orEqual: false)
      twice += Self.count(below: value, in: sorted, orEqual: true)
    }
    delta = Double(twice) / Double(n * m) - 1
    // Towards the middle where a tie leaves half a pair, which errs on the side of no difference.
    let fewer = min(twice, 2 * n * m - twice)
    let pairs = (fewer + 1) / 2
    probability =
      n * m <= Self.exactLimit
      ? Self.exact(pairs: pairs, n, m)
      : Self.approximate(pairs: Double(fewer) / 2, first + second, n, m)
  }

  /// The smallest probability that samples of these numbers can give: of all first before all second.
  public static func smallestProbability(_ n: Int, _ m: Int) -> Double {
    guard n > 0, m > 0 else { return 1 }
    let ways = lgamma(Double(n + m) + 1) - lgamma(Double(n) + 1) - lgamma(Double(m) + 1)
    return min(1, 2 * exp(-ways))
  }

  /// Beyond so many pairs the normal distribution is close enough.
  private static let exactLimit = 2500

  private static func count(below value: Double, in sorted: [Double], orEqual: Bool) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if orEqual ? sorted[middle] <= value : sorted[middle] < value {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// How many orders of n and m things have at most so many pairs on the wrong side, of all orders, on both sides.
  private static func exact(pairs: Int, _ n: Int, _ m: Int) -> Double {
    // The numbers of orders are the coefficients of the Gaussian binomial, a product of (1 - q^(m+i)) / (1 - q^i).
    // Dividing by m + i over i at every step makes probabilities of them.
    var shares = [Double](repeating: 0, count: pairs + 1)
    shares[0] = 1
    for i in 1...n {
      for power in stride(from: pairs, through: m + i, by: -1) {
        shares[power] -= shares[power - m - i]
      }
      if i <= pairs { for power in i...pairs { shares[power] += shares[power - i] } }
      let scale = Double(i) / Double(m + i)
      for power in shares.indices { shares[power] *= scale }
    }
    return min(1, 2 * shares.reduce(0, +))
  }

  private static func approximate(pairs: Double, _ all: [Double], _ n: Int, _ m: Int) -> Double {
    let (a, b) = (Double(n), Double(m))
    let total = a + b
    var ties = 0.0
    var run = 1.0
    let sorted = all.sorted()
    for index in 1...sorted.count {
      if index < sorted.count && sorted[index] == sorted[index - 1] {
        run += 1
      } else {
        ties += run * run * run - run
        run = 1
      }
    }
    let variance = a * b / 12 * (total + 1 - ties / (total * (total - 1)))
    guard variance > 0 else { return 1 }
    // Half a pair for the steps of the exact distribution.
    let distance = max(0, a * b / 2 - pairs - 0.5) / variance.squareRoot()
    return erfc(distance / 2.0.squareRoot())
  }
}
