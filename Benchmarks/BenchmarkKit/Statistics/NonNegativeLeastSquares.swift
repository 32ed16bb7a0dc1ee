import Foundation

/// Least squares with a few unknowns none of which may be negative: all choices of which are zero are tried, since the
/// best solution solves the equations of one of them.
struct NonNegativeLeastSquares {
  /// The unknowns and the sum of the squared errors.
  struct Solution {
    let values: [Double]
    let residual: Double
  }

  /// An orthogonal matrix times the rows, which changes no error: as many rows as unknowns, the triangle of a QR
  /// decomposition.
  private let rows: [[Double]]
  private let targets: [Double]
  /// The smallest sum of squared errors if negative values were allowed.
  let unlimitedResidual: Double

  /// One row an equation, and what it should give; nil where the columns depend on one another.
  init?(rows: [[Double]], targets: [Double]) {
    let columns = (0..<(rows.first?.count ?? 0)).map { index in rows.map { $0[index] } }
    guard let found = Self.decompose(columns, targets) else { return nil }
    self.rows = found.triangle
    self.targets = found.projections
    unlimitedResidual = found.residual
  }

  /// The best solution.
  var solution: Solution { best(free: Array(targets.indices), of: targets) }

  /// All values of one unknown for which the best choice of the others has at most `slack` more squared errors than
  /// the best solution; nil where there is no end to them.
  func profile(of index: Int, slack: Double) -> Interval? {
    let solution = solution
    let limit = solution.residual + slack
    let value = solution.values[index]
    let column = rows.map { $0[index] }
    let others = targets.indices.filter { $0 != index }
    func isWithin(_ value: Double) -> Bool {
      let rest = zip(targets, column).map { $0 - value * $1 }
      return best(free: others, of: rest).residual <= limit
    }
    // The sum is convex in the value, so each side has one end.
    let size = Self.product(column, column).squareRoot()
    var outside = max(value, Self.product(targets, targets).squareRoot() / size)
    for _ in 0..<100 where isWithin(outside) { outside *= 2 }
    guard !isWithin(outside) else { return nil }
    let upper = end(inside: value, outside: outside, isWithin)
    let lower = isWithin(0) ? 0 : end(inside: value, outside: 0, isWithin)
    return Interval(lower: lower, upper: upper)
  }

  private func end(inside: Double, outside: Double, _ isWithin: (Double) -> Bool) -> Double {
    var (inside, outside) = (inside, outside)
    for _ in 0..<40 {
      let middle = (inside + outside) / 2
      if isWithin(middle) { inside = middle } else { outside = middle }
    }
    return inside
  }

  /// The best solution in which only the unknowns of `free` may differ from zero.
  private func best(free: [Int], of targets: [Double]) -> Solution {
    var values = [Double](repeating: 0, count: targets.count)
    var least = Self.product(targets, targets)
    for choice in 1..<(1 << free.count) {
      let chosen = free.indices.filter { choice >> $0 & 1 == 1 }.map { free[$0] }
      guard
        let found = Self.decompose(chosen.map { index in rows.map { $0[index] } }, targets),
        found.residual < least
      else { continue }
      let solved = Self.substitute(found.triangle, found.projections)
      guard solved.allSatisfy({ $0 >= 0 }) else { continue }
      least = found.residual
      for index in values.indices { values[index] = 0 }
      for (index, value) in zip(chosen, solved) { values[index] = value }
    }
    return Solution(values: values, residual: least)
  }

  /// QR by modified Gram and Schmidt (the normal equations would square the condition of powers of sizes), with the
  /// targets' projections and what is left of them; nil where the columns depend on one another.
  private static func decompose(
    _ columns: [[Double]], _ targets: [Double]
  ) -> (triangle: [[Double]], projections: [Double], residual: Double)? {
    var columns = columns
    var rest = targets
    var triangle: [[Double]] = []
    var projections: [Double] = []
    let sizes = columns.map { product($0, $0).squareRoot() }
    for i in columns.indices {
      let length = product(columns[i], columns[i]).squareRoot()
      guard length > 1e-10 * sizes[i] else { return nil }
      let direction = columns[i].map { $0 / length }
      var row = [Double](repeating: 0, count: columns.count)
      row[i] = length
      for j in columns.indices where j > i {
        row[j] = product(direction, columns[j])
        for k in direction.indices { columns[j][k] -= row[j] * direction[k] }
      }
      let share = product(direction, rest)
      for k in direction.indices { rest[k] -= share * direction[k] }
      triangle.append(row)
      projections.append(share)
    }
    return (triangle, projections, product(rest, rest))
  }

  private static func substitute(_ triangle: [[Double]], _ targets: [Double]) -> [Double] {
    var values = targets
    for i in values.indices.reversed() {
      for j in values.indices where j > i { values[i] -= triangle[i][j] * values[j] }
      values[i] /= triangle[i][i]
    }
    return values
  }

  private static func product(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }
}
