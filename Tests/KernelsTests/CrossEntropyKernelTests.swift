import CKernels
import Foundation
import Testing

@Suite(.guardedMemory) struct CrossEntropyKernelTests {
  static func loss(_ logits: [Double], target: Int, smoothing: Double) -> Double {
    let maximum = logits.max()!
    let logSum = maximum + log(logits.reduce(0) { $0 + exp($1 - maximum) })
    return logits.enumerated().reduce(0) { total, element in
      let q =
        smoothing / Double(logits.count) + (element.offset == target ? 1 - smoothing : 0)
      return q == 0 ? total : total - q * (element.element - logSum)
    }
  }

  @Test(arguments: KernelSet.all, [0, 0.1])
  func lossAndGradient(set: KernelSet, smoothing: Double) {
    for columns in KernelSet.sizes where columns > 0 {
      var randoms = Randoms(columns)
      let rows = 3
      let ld = columns + 2
      let logits = randoms.floats(rows * ld, in: -10...10)
      let targets = [Int32(columns - 1), -1, Int32(columns / 2)]
      let work = GuardedFloats(logits)
      let losses = GuardedFloats(unwritten: rows)
      let likelihoods = GuardedFloats(unwritten: rows)
      set.table.cross_entropy_rows(
        work.pointer, ld, rows, columns, targets, Float(smoothing), 0.25, 0, losses.pointer,
        likelihoods.pointer)
      #expect(work.values == logits)
      let again = GuardedFloats(unwritten: rows)
      set.table.cross_entropy_rows(
        work.pointer, ld, rows, columns, targets, Float(smoothing), 0.25, 1, again.pointer, nil)
      #expect(again.values == losses.values)
      for r in 0..<rows {
        let range = r * ld..<r * ld + columns
        let row = logits[range].map { Double($0) }
        let target = Int(targets[r])
        let padding = target < 0
        let gradient = numericDerivative(row) {
          padding ? 0 : 0.25 * Self.loss($0, target: target, smoothing: smoothing)
        }
        expectClose(
          [losses.values[r], likelihoods.values[r]],
          padding
            ? [0, 0]
            : [
              Self.loss(row, target: target, smoothing: smoothing),
              Self.loss(row, target: target, smoothing: 0),
            ], absolute: 1e-6)
        expectClose(Array(work.values[range]), gradient, absolute: 3e-7)
        #expect(work.values[range.upperBound] == logits[range.upperBound])
      }
    }
  }

  /// (KL(p, q) + KL(q, p)) / 2 of the softmaxes of two rows, as it is defined.
  static func distance(_ a: [Double], _ b: [Double]) -> Double {
    func probabilities(_ logits: [Double]) -> [Double] {
      let maximum = logits.max()!
      let sum = logits.reduce(0) { $0 + exp($1 - maximum) }
      return logits.map { exp($0 - maximum) / sum }
    }
    return zip(probabilities(a), probabilities(b)).reduce(0) {
      $0 + ($1.0 - $1.1) * (log($1.0) - log($1.1)) / 2
    }
  }

  @Test(arguments: KernelSet.all)
  func distanceOfTwoPassesAndItsGradients(set: KernelSet) {
    for columns in KernelSet.sizes where columns > 0 {
      var randoms = Randoms(columns)
      let rows = 3
      let ld = columns + 2
      let a = randoms.floats(rows * ld, in: -4...4)
      let b = randoms.floats(rows * ld, in: -4...4)
      let targets: [Int32] = [0, -1, Int32(columns - 1)]
      let da = GuardedFloats([Float](repeating: 9, count: rows * ld))
      let db = GuardedFloats([Float](repeating: 9, count: rows * ld))
      let losses = GuardedFloats(unwritten: rows)
      set.table.consistency_rows(
        a, b, ld, rows, columns, targets, 0.25, da.pointer, db.pointer, losses.pointer)
      for r in 0..<rows {
        let range = r * ld..<r * ld + columns
        let (first, second) = (a[range].map { Double($0) }, b[range].map { Double($0) })
        let isPadding = targets[r] < 0
        expectClose(
          [losses.values[r]], [isPadding ? 0 : Self.distance(first, second)], absolute: 2e-6)
        expectClose(
          Array(da.values[range]),
          numericDerivative(first) { isPadding ? 0 : 0.25 * Self.distance($0, second) },
          absolute: 1e-6)
        expectClose(
          Array(db.values[range]),
          numericDerivative(second) { isPadding ? 0 : 0.25 * Self.distance(first, $0) },
          absolute: 1e-6)
        #expect(da.values[range.upperBound] == 9 && db.values[range.upperBound] == 9)
      }
    }
  }

  @Test(arguments: KernelSet.all)
  func undefinedLogitsInPaddingDoNotMatter(set: KernelSet) {
    let logits = GuardedFloats([.nan, .infinity, -.infinity])
    var loss: Float = 5
    set.table.cross_entropy_rows(logits.pointer, 3, 1, 3, [-1], 0.1, 1, 1, &loss, nil)
    #expect(loss == 0 && logits.values == [0, 0, 0])
  }

  @Test(arguments: KernelSet.all)
  func forbiddenWordsDoNotMakeTheLossInfinite(set: KernelSet) {
    let logits = GuardedFloats([0, -.infinity, 0])
    var loss: Float = 5
    set.table.cross_entropy_rows(logits.pointer, 3, 1, 3, [0], 0, 1, 1, &loss, nil)
    expectClose([loss], [log(2)])
    expectClose(logits.values, [-0.5, 0, 0.5])
  }
}
