import Foundation

/// Student's t distribution, for the intervals of a least-squares fit.
enum StudentT {
  /// The value that a t variable stays within, on both sides, with the given probability.
  ///
  /// - Parameters:
  ///   - probability: For example 0.95.
  ///   - freedom: Degrees of freedom, at least 1.
  static func twoSidedQuantile(_ probability: Double, freedom: Int) -> Double {
    var low = 0.0
    var high = 1.0
    while coverage(within: high, freedom: freedom) < probability { high *= 2 }
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if coverage(within: middle, freedom: freedom) < probability {
        low = middle
      } else {
        high = middle
      }
    }
    return (low + high) / 2
  }

  /// P(|T| <= t).
  static func coverage(within t: Double, freedom: Int) -> Double {
    let degrees = Double(freedom)
    return 1 - incompleteBeta(degrees / (degrees + t * t), a: degrees / 2, b: 0.5)
  }

  /// The regularised incomplete beta function, by Lentz's continued fraction
  /// (Abramowitz and Stegun 26.5.8).
  private static func incompleteBeta(_ x: Double, a: Double, b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    // The fraction converges fast on this side only; the other follows by symmetry.
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, a: b, b: a) }
    let logBeta: Double = lgamma(a) + lgamma(b) - lgamma(a + b)
    let logPowers: Double = a * log(x) + b * log(1 - x)
    let scale = exp(logPowers - logBeta)
    let tiny = 1e-300
    var numerator = 1.0
    var denominator = 1 - (a + b) * x / (a + 1)
    denominator = 1 / (abs(denominator) < tiny ? tiny : denominator)
    var fraction = denominator
    for step in 1...300 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      var change = 1.0
      for coefficient in [even, odd] {
        denominator = 1 + coefficient * denominator
        denominator = 1 / (abs(denominator) < tiny ? tiny : denominator)
        numerator = 1 + coefficient / numerator
        if abs(numerator) < tiny { numerator = tiny }
        change = numerator * denominator
        fraction *= change
      }
      if abs(change - 1) < 1e-15 { break }
    }
    return scale * fraction / a
  }
}
