import CKernels
import Foundation
import Testing

@Suite(.guardedMemory) struct RelativeTermsKernelTests {
  /// Offsets that put a row wholly before, across and wholly behind the table.
  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func addAndSumByDistance(set: KernelSet, columns: Int) {
    for count in [1, 3, 33] {
      let offsets: [Int32] = [
        -Int32(columns) - 3, -2, 0, 1, Int32(count / 2) - Int32(columns / 2), Int32(count),
        Int32(count) + 5, -Int32(columns / 2),
      ]
      let rows = offsets.count
      let ld = columns + 1
      var randoms = Randoms(columns * 100 + count)
      let x = randoms.floats((rows - 1) * ld + columns)
      for ldTerms in [0, count + 2] {
        let terms = randoms.floats((rows - 1) * ldTerms + count)
        let sums = GuardedFloats(terms)
        let target = GuardedFloats(x)
        set.table.add_distance_terms(
          target.pointer, ld, rows, columns, offsets, GuardedFloats(terms).pointer, ldTerms, count)
        set.table.sum_distance_terms(
          GuardedFloats(x).pointer, ld, rows, columns, offsets, sums.pointer, ldTerms, count)
        var expected = x.doubles
        var expectedSums = terms.doubles
        for r in 0..<rows {
          for c in 0..<columns {
            let place = r * ldTerms + min(max(Int(offsets[r]) + c, 0), count - 1)
            expected[r * ld + c] += Double(terms[place])
            expectedSums[place] += Double(x[r * ld + c])
          }
        }
        expectClose(target.values, expected, absolute: 1e-6)
        expectClose(sums.values, expectedSums, relative: 1e-6, absolute: 1e-4)
      }
    }
  }

  @Test(arguments: KernelSet.all, [0, 1, 2, 3, 8, 17, 32, 64])
  func rotationsTurnAndTurnBack(set: KernelSet, pairs: Int) {
    var randoms = Randoms(pairs)
    let x = randoms.floats(2 * pairs)
    let angles = randoms.floats(pairs)
    let table = angles.flatMap { [cos($0), sin($0)] }
    let turned = GuardedFloats(unwritten: 2 * pairs)
    set.table.rotate_pairs(
      GuardedFloats(x).pointer, GuardedFloats(table).pointer, 1, turned.pointer, pairs)
    let expected = (0..<pairs).flatMap { i -> [Double] in
      let (a, b, angle) = (Double(x[2 * i]), Double(x[2 * i + 1]), Double(angles[i]))
      return [a * cos(angle) - b * sin(angle), a * sin(angle) + b * cos(angle)]
    }
    expectClose(turned.values, expected, absolute: 1e-6)
    // In place, the other way.
    set.table.rotate_pairs(
      turned.pointer, GuardedFloats(table).pointer, -1, turned.pointer, pairs)
    expectClose(turned.values, x.doubles, absolute: 1e-6)
  }
}
