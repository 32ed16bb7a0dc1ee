import Foundation

/// The operations of the package as a reader of the paper would write them down: in double precision, element
/// by element, with nothing saved and nothing fused. Arrays are in row-major order.
public enum Oracle {
  /// a b for a [rows, inner] and b [inner, columns].
  public static func matmul(
    _ a: [Double], _ b: [Double], rows: Int, inner: Int, columns: Int
  ) -> [Double] {
    var product = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        for i in 0..<inner {
          product[row * columns + column] += a[row * inner + i] * b[i * columns + column]
        }
      }
    }
    return product
  }

  /// The transpose of a [rows, columns].
  public static func transpose(_ a: [Double], rows: Int, columns: Int) -> [Double] {
    (0..<rows * columns).map { a[$0 % max(1, rows) * columns + $0 / max(1, rows)] }
  }

  /// x wᵀ + b for x [rows, inner], w [columns, inner] and b [columns].
  public static func linear(
    _ x: [Double], weight: [Double], bias: [Double]?, rows: Int, inner: Int, columns: Int
  ) -> [Double] {
    let product = matmul(
      x, transpose(weight, rows: columns, columns: inner), rows: rows, inner: inner,
      columns: columns)
    return product.indices.map { product[$0] + (bias?[$0 % columns] ?? 0) }
  }

  /// max(0, x)
  public static func relu(_ x: Double) -> Double { max(0, x) }
  /// 1 / (1 + e^-x)
  public static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  /// x σ(x)
  public static func silu(_ x: Double) -> Double { x * sigmoid(x) }
  /// x Φ(x)
  public static func gelu(_ x: Double) -> Double { x * 0.5 * erfc(-x / 2.0.squareRoot()) }
  /// The approximation of GELU by tanh.
  public static func geluTanh(_ x: Double) -> Double {
    0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  /// Softmax of each row; a row of nothing but -∞ gives zeros.
  public static func softmax(_ x: [Double], columns: Int) -> [Double] {
    eachRow(x, columns) { row in
      let largest = row.max() ?? 0
      if largest == -.infinity { return row.map { _ in 0 } }
      let exponentials = row.map { exp($0 - largest) }
      let sum = exponentials.reduce(0, +)
      return exponentials.map { $0 / sum }
    }
  }

  /// Layer normalisation of each row, with the biased variance.
  public static func layerNorm(
    _ x: [Double], scale: [Double], shift: [Double], epsilon: Double
  ) -> [Double] {
    eachRow(x, scale.count) { row in
      let mean = row.reduce(0, +) / Double(row.count)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
      return row.indices.map {
        (row[$0] - mean) / (variance + epsilon).squareRoot() * scale[$0] + shift[$0]
      }
    }
  }

  /// softmax(scale q kᵀ) v of one head of one sequence.
  ///
  /// - Parameters:
  ///   - q: [queries, width]
  ///   - k: [keys, width]
  ///   - v: [keys, valueWidth]
  ///   - allows: whether a query may look at a key.
  /// - Returns: [queries, valueWidth]; zeros for a query that may look at nothing.
  public static func attention(
    _ q: [Double], _ k: [Double], _ v: [Double], width: Int, valueWidth: Int,
    scale: Double? = nil, allows: (_ query: Int, _ key: Int) -> Bool = { _, _ in true }
  ) -> [Double] {
    let (queries, keys) = (q.count / width, k.count / width)
    var scores = matmul(
      q, transpose(k, rows: keys, columns: width), rows: queries, inner: width, columns: keys)
    for query in 0..<queries {
      for key in 0..<keys {
        let index = query * keys + key
        scores[index] =
          allows(query, key)
          ? scores[index] * (scale ?? 1 / Double(width).squareRoot()) : -.infinity
      }
    }
    return matmul(
      softmax(scores, columns: keys), v, rows: queries, inner: keys, columns: valueWidth)
  }

  /// The sum over rows of the cross-entropy with the smoothed target distribution (1 - ε) one-hot + ε / V;
  /// rows with a negative target count nothing.
  public static func crossEntropy(
    _ logits: [Double], expected: [Int32], columns: Int, labelSmoothing: Double = 0
  ) -> Double {
    var total = 0.0
    for (row, target) in expected.enumerated() where target >= 0 {
      let scores = logits[row * columns..<(row + 1) * columns]
      let largest = scores.max() ?? 0
      let logSum = largest + log(scores.reduce(0) { $0 + exp($1 - largest) })
      for (column, score) in scores.enumerated() {
        let share = labelSmoothing / Double(columns) + (column == target ? 1 - labelSmoothing : 0)
        total -= share * (score - logSum)
      }
    }
    return total
  }

  private static func eachRow(_ x: [Double], _ columns: Int, _ body: ([Double]) -> [Double])
    -> [Double]
  {
    stride(from: 0, to: x.count, by: max(1, columns)).flatMap { body(Array(x[$0..<$0 + columns])) }
  }
}
