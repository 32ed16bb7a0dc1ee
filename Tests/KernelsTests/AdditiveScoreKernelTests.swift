import CKernels
import Foundation
import Testing

@Suite(.guardedMemory) struct AdditiveScoreKernelTests {
  static func score(_ query: [Double], _ key: [Double], _ vector: [Double]) -> Double {
    vector.indices.reduce(0) { $0 + vector[$1] * tanh(query[$1] + key[$1]) }
  }

  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func forwardAndBackward(set: KernelSet, columns: Int) {
    let rows = 3
    let ld = columns + 2
    var randoms = Randoms(columns)
    let query = randoms.floats(columns)
    let vector = randoms.floats(columns)
    var keys = randoms.floats((rows - 1) * ld + columns)
    // A row without a gradient is not read.
    let gradient: [Float] = [0.7, 0, -1.3]
    let scores = GuardedFloats(unwritten: rows)
    set.table.additive_scores(
      GuardedFloats(query).pointer, GuardedFloats(keys).pointer, ld, GuardedFloats(vector).pointer,
      scores.pointer, rows, columns)
    func row(_ r: Int) -> [Double] { keys[r * ld..<r * ld + columns].map { Double($0) } }
    expectClose(
      scores.values,
      (0..<rows).map { Self.score(query.doubles, row($0), vector.doubles) },
      relative: 1e-6, absolute: 1e-6 * Double(max(1, columns)).squareRoot())

    for column in 0..<columns { keys[ld + column] = .nan }
    let start = randoms.floats(columns)
    let (dQuery, dVector) = (GuardedFloats(start), GuardedFloats(start))
    let dKeys = GuardedFloats([Float](repeating: 0.5, count: keys.count))
    set.table.additive_scores_backward(
      GuardedFloats(query).pointer, GuardedFloats(keys).pointer, ld, GuardedFloats(vector).pointer,
      GuardedFloats(gradient).pointer, dQuery.pointer, dKeys.pointer, ld, dVector.pointer, rows,
      columns)
    func sum(_ body: (Int) -> [Double]) -> [Double] {
      zip(body(0), body(2)).map { Double(gradient[0]) * $0.0 + Double(gradient[2]) * $0.1 }
    }
    let byQuery = { (r: Int) in
      numericDerivative(query.doubles) { Self.score($0, row(r), vector.doubles) }
    }
    let byVector = { (r: Int) in
      numericDerivative(vector.doubles) { Self.score(query.doubles, row(r), $0) }
    }
    expectClose(
      dQuery.values, zip(start.doubles, sum(byQuery)).map { $0.0 + $0.1 }, absolute: 2e-6)
    expectClose(
      dVector.values, zip(start.doubles, sum(byVector)).map { $0.0 + $0.1 }, absolute: 2e-6)
    for r in 0..<rows {
      let expected =
        r == 1
        ? [Double](repeating: 0.5, count: columns)
        : byQuery(r).map { 0.5 + Double(gradient[r]) * $0 }
      expectClose(
        Array(dKeys.values[r * ld..<r * ld + columns]), expected, absolute: 2e-6, "row \(r)")
      if r + 1 < rows { #expect(dKeys.values[r * ld + columns] == 0.5) }
    }
  }
}
