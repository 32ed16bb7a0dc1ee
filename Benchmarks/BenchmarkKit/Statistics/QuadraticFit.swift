import Foundation

/// `y = a x² + b x + c` without negative terms: what a cost is made of that has a quadratic, a linear and a constant
/// part, such as attention against length.
///
/// Least squares of the relative errors, so that the short sizes, whose times are small, say as much as the long ones.
/// A coefficient that would be negative is zero: no part of a cost is less than nothing.
///
/// The intervals come from the scatter of the points about the curve, like those of ``PowerLawFit``. They are profile
/// intervals: all values of a coefficient for which the best choice of the others fits about as well. So they stay at
/// or above zero, and show it when the points cannot tell one part from another.
public struct QuadraticFit: Codable, Hashable, Sendable {
  /// A fitted number and its interval.
  public struct Coefficient: Codable, Hashable, Sendable {
    /// The best value, at least 0.
    public let value: Double
    /// Its 95 % interval; nil with fewer than four points, or where no end of it could be found.
    public let interval: Interval?
  }

  /// a, in units of y for x².
  public let quadratic: Coefficient
  /// b, in units of y for x.
  public let linear: Coefficient
  /// c, in units of y.
  public let constant: Coefficient
  /// Root mean square of the relative errors of the fit, such as 0.03 for 3 %.
  public let relativeError: Double
  /// How many points were fitted.
  public let pointCount: Int

  /// Fits points with positive coordinates; nil with fewer than three different x.
  public init?(_ points: [(x: Double, y: Double)]) {
    guard Set(points.map(\.x)).count >= 3,
      points.allSatisfy({ $0.x > 0 && $0.y > 0 && $0.x.isFinite && $0.y.isFinite })
    else { return nil }
    // Sizes from 0 to 1 keep the equations well conditioned.
    let scale = points.map(\.x).max() ?? 1
    let rows = points.map { point in
      let x = point.x / scale
      return [x * x / point.y, x / point.y, 1 / point.y]
    }
    guard
      let problem = NonNegativeLeastSquares(
        rows: rows, targets: [Double](repeating: 1, count: points.count))
    else { return nil }
    let best = problem.solution
    let residual = best.residual + problem.unlimitedResidual
    let units = [scale * scale, scale, 1]
    let freedom = points.count - 3
    var slack: Double?
    if freedom >= 1 {
      // The variance of the noise, without the limits: they would count as noise what they forbid.
      let variance = problem.unlimitedResidual / Double(freedom)
      let quantile = StudentT.twoSidedQuantile(0.95, freedom: freedom)
      slack = quantile * quantile * variance
    }
    let coefficients = (0..<3).map { index in
      let interval = slack.flatMap { problem.profile(of: index, slack: $0) }
      return Coefficient(
        value: best.values[index] / units[index],
        interval: interval.map {
          Interval(lower: $0.lower / units[index], upper: $0.upper / units[index])
        })
    }
    quadratic = coefficients[0]
    linear = coefficients[1]
    constant = coefficients[2]
    relativeError = (residual / Double(points.count)).squareRoot()
    pointCount = points.count
  }

  /// The fitted y at x.
  public func callAsFunction(_ x: Double) -> Double {
    (quadratic.value * x + linear.value) * x + constant.value
  }

  /// The parts of the fitted y at x as shares, which add up to 1.
  public func shares(at x: Double) -> (quadratic: Double, linear: Double, constant: Double) {
    let total = self(x)
    guard total > 0 else { return (0, 0, 0) }
    return (quadratic.value * x * x / total, linear.value * x / total, constant.value / total)
  }

  /// The size from which on the quadratic part is larger than the linear one, b / a; nil without a quadratic part.
  public var balance: Double? {
    quadratic.value > 0 ? linear.value / quadratic.value : nil
  }
}

extension QuadraticFit {
  /// The law with times as coefficients, such as `12.3 ps n² + 1.20 ns n + 3.40 µs`; parts that are zero are left out.
  ///
  /// - Parameter parameter: what x is called.
  public func law(of parameter: String) -> String {
    let parts = [(quadratic, " \(parameter)²"), (linear, " \(parameter)"), (constant, "")]
      .filter { $0.0.value > 0 }.map { Format.time($0.0.value) + $0.1 }
    return parts.isEmpty ? "0" : parts.joined(separator: " + ")
  }
}
