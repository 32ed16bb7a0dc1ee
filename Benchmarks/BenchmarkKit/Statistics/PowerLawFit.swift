import Foundation

/// `y = coefficient * x^exponent`, fitted by least squares on logarithms.
///
/// The interval comes from the scatter of the points about the line. A cost that is really a sum of
/// powers, such as a n² + b n, therefore widens it: it is not an interval of the noise alone.
public struct PowerLawFit: Codable, Hashable, Sendable {
  /// b of a x^b.
  public let exponent: Double
  /// 95 % confidence interval of the exponent (Student's t); nil with fewer than three points.
  public let exponentInterval: Interval?
  /// a of a x^b.
  public let coefficient: Double
  /// The share of the variance of log y that the line explains, from 0 to 1.
  public let determination: Double
  /// How many points were fitted.
  public let pointCount: Int

  /// Fits points with positive coordinates; nil with fewer than two different x.
  public init?(_ points: [(x: Double, y: Double)]) {
    guard points.count >= 2, points.allSatisfy({ $0.x > 0 && $0.y > 0 }) else { return nil }
    let count = Double(points.count)
    let x = points.map { log($0.x) }
    let y = points.map { log($0.y) }
    let meanX = x.reduce(0, +) / count
    let meanY = y.reduce(0, +) / count
    var sumXX = 0.0
    var sumXY = 0.0
    var sumYY = 0.0
    for (x, y) in zip(x, y) {
      sumXX += (x - meanX) * (x - meanX)
      sumXY += (x - meanX) * (y - meanY)
      sumYY += (y - meanY) * (y - meanY)
    }
    guard sumXX > 0 else { return nil }
    let slope = sumXY / sumXX
    let residual = max(0, sumYY - slope * sumXY)
    exponent = slope
    coefficient = exp(meanY - slope * meanX)
    determination = sumYY > 0 ? 1 - residual / sumYY : 1
    pointCount = points.count
    if points.count >= 3 {
      let freedom = points.count - 2
      let deviation = (residual / Double(freedom) / sumXX).squareRoot()
      let width = StudentT.twoSidedQuantile(0.95, freedom: freedom) * deviation
      exponentInterval = Interval(lower: slope - width, upper: slope + width)
    } else {
      exponentInterval = nil
    }
  }

  /// The fitted y at x.
  public func callAsFunction(_ x: Double) -> Double {
    coefficient * pow(x, exponent)
  }
}
