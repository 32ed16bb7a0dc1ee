import CKernels
import Foundation
import Testing

/// Additive scores by tiles of queries and keys: no exponential for a pair.
@Suite(.guardedMemory) struct AdditiveTileKernelTests {
  /// Exponentials as the kernels make them.
  private struct Exponentials {
    let values: GuardedFloats
    let isFar: [UInt8]
    let farCount: Int
  }

  private func exponentials(
    _ set: KernelSet, _ x: [Float], rows: Int, columns: Int, factor: Float = 1,
    transposed: Bool = false
  ) -> Exponentials {
    let values = GuardedFloats(unwritten: rows * columns)
    var isFar = [UInt8](repeating: 9, count: rows)
    let count = set.table.additive_exponentials(
      GuardedFloats(x).pointer, columns, rows, columns, factor, values.pointer,
      transposed ? 1 : columns, transposed ? rows : 1, &isFar)
    return Exponentials(values: values, isFar: isFar, farCount: count)
  }

  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func exponentialsInBothOrders(set: KernelSet, columns: Int) {
    let rows = 5
    var randoms = Randoms(columns)
    let x = randoms.floats(rows * columns, in: -9...9)
    let expected = x.map { 0.5 * exp(2 * Double($0)) }
    let straight = exponentials(set, x, rows: rows, columns: columns, factor: 0.5)
    expectClose(straight.values.values, expected, relative: 3e-7)
    let turned = exponentials(
      set, x, rows: rows, columns: columns, factor: 0.5, transposed: true)
    expectClose(
      turned.values.values,
      (0..<columns).flatMap { c in (0..<rows).map { expected[$0 * columns + c] } },
      relative: 3e-7)
    #expect(straight.isFar == [0, 0, 0, 0, 0] && straight.farCount == 0)
  }

  /// Whatever is too large for exponentials, and NaN, is named and leaves finite numbers behind.
  @Test(arguments: KernelSet.all, KernelSet.sizes.filter { $0 > 0 })
  func farRowsAreNamed(set: KernelSet, columns: Int) {
    let far: [Float] = [21.001, -21.001, .nan, .infinity, -.infinity, 3e38]
    var x = [Float](repeating: 21, count: (far.count + 1) * columns)
    for (row, value) in far.enumerated() { x[row * columns + (row * 7) % columns] = value }
    let result = exponentials(set, x, rows: far.count + 1, columns: columns)
    #expect(result.isFar == [1, 1, 1, 1, 1, 1, 0])
    #expect(result.farCount == far.count)
    #expect(result.values.values.allSatisfy { $0.isFinite && $0 > 0 })
  }

  /// Keys of every width of a vector and its rest; queries in blocks and one by one.
  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func scoresAndGradients(set: KernelSet, columns: Int) {
    let (rows, width) = (7, 11)
    var randoms = Randoms(columns)
    let query = randoms.floats(rows * width, in: -3...3)
    let key = randoms.floats(columns * width, in: -3...3)
    let vector = randoms.floats(width)
    let gradient = randoms.floats(rows * (columns + 2))
    let (ld, queryLd) = (columns + 2, width + 3)
    func tanhs(_ r: Int, _ c: Int) -> [Double] {
      (0..<width).map { tanh(Double(query[r * width + $0]) + Double(key[c * width + $0])) }
    }
    let q = exponentials(set, query, rows: rows, columns: width)
    let k = exponentials(set, key, rows: columns, columns: width, factor: 0.5, transposed: true)
    let v = GuardedFloats(vector)

    let size = max(0, (rows - 1) * ld + columns)
    let scores = GuardedFloats(unwritten: size)
    set.table.additive_tile_scores(
      q.values.pointer, width, k.values.pointer, columns, v.pointer, scores.pointer, ld, rows,
      columns, width)
    let sum = vector.reduce(0) { $0 + abs(Double($1)) }
    for r in 0..<rows {
      expectClose(
        Array(scores.values[r * ld..<r * ld + columns]),
        (0..<columns).map { c in
          zip(tanhs(r, c), vector).reduce(0) { $0 + $1.0 * Double($1.1) }
        }, relative: 0, absolute: 2e-7 * sum, "row \(r)")
    }

    let start: Float = 0.25
    let dQuery = GuardedFloats([Float](repeating: start, count: (rows - 1) * queryLd + width))
    let dKey = GuardedFloats([Float](repeating: 0, count: width * columns))
    let dVector = GuardedFloats([Float](repeating: start, count: width))
    set.table.additive_tile_backward(
      q.values.pointer, width, k.values.pointer, columns, v.pointer,
      GuardedFloats(Array(gradient.prefix(size))).pointer, ld, dQuery.pointer, queryLd,
      dKey.pointer, dVector.pointer, rows, columns, width)
    let keysInOrder = GuardedFloats([Float](repeating: start, count: columns * width))
    set.table.additive_add_keys(
      dKey.pointer, columns, v.pointer, keysInOrder.pointer, width, columns, width)

    var expectedQuery = [Double](repeating: 0.25, count: rows * width)
    var expectedKey = [Double](repeating: 0.25, count: columns * width)
    var expectedVector = [Double](repeating: 0.25, count: width)
    for r in 0..<rows {
      for c in 0..<columns {
        let g = Double(gradient[r * ld + c])
        for (a, u) in tanhs(r, c).enumerated() {
          let slope = g * Double(vector[a]) * (1 - u * u)
          expectedQuery[r * width + a] += slope
          expectedKey[c * width + a] += slope
          expectedVector[a] += g * u
        }
      }
    }
    let terms = 1 + Double(columns).squareRoot()
    for r in 0..<rows {
      expectClose(
        Array(dQuery.values[r * queryLd..<r * queryLd + width]),
        Array(expectedQuery[r * width..<(r + 1) * width]), absolute: 2e-6 * terms)
    }
    expectClose(keysInOrder.values, expectedKey, absolute: 5e-6)
    expectClose(dVector.values, expectedVector, absolute: 4e-6 * terms)
  }
}
