import CKernels
import Foundation
import Testing

@Suite(.guardedMemory) struct SoftmaxKernelTests {
  static func softmax(_ x: [Double]) -> [Double] {
    let maximum = x.max() ?? 0
    if maximum == -.infinity { return x.map { _ in 0 } }
    let e = x.map { exp($0 - maximum) }
    let sum = e.reduce(0, +)
    return e.map { $0 / sum }
  }

  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func rows(set: KernelSet, columns: Int) {
    let rows = 3
    let ldx = columns + 1
    let ldy = columns + 4
    var randoms = Randoms(columns)
    let x = randoms.floats(rows * ldx, in: -30...30)
    let y = GuardedFloats(unwritten: rows * ldy)
    let inPlace = GuardedFloats(x)
    set.table.softmax_rows(GuardedFloats(x).pointer, ldx, y.pointer, ldy, rows, columns)
    set.table.softmax_rows(inPlace.pointer, ldx, inPlace.pointer, ldx, rows, columns)
    for r in 0..<rows {
      let row = Array(y.values[r * ldy..<r * ldy + columns])
      expectClose(row, Self.softmax(x[r * ldx..<r * ldx + columns].map(Double.init)))
      #expect(Array(inPlace.values[r * ldx..<r * ldx + columns]) == row)
      #expect(y.values[r * ldy + columns..<(r + 1) * ldy].allSatisfy { $0 == -7777.5 })
    }
  }

  @Test(arguments: KernelSet.all)
  func errorIsAtMostTwiceThatOfPlainFloats(set: KernelSet) {
    var randoms = Randoms(5)
    let n = 4099
    let x = randoms.floats(n, in: -3...3)
    let maximum = x.max()!
    var plain = x.map { expf($0 - maximum) }
    let sum = plain.reduce(0, +)
    plain = plain.map { $0 / sum }
    let y = GuardedFloats(x)
    set.table.softmax_rows(y.pointer, n, y.pointer, n, 1, n)
    let exact = Self.softmax(x.doubles)
    #expect(largestError(y.values, exact) <= 2 * largestError(plain, exact))
  }

  @Test(arguments: KernelSet.all)
  func infiniteAndUndefinedLogits(set: KernelSet) {
    for n in [1, 5, 16, 37] {
      let nothing = GuardedFloats([Float](repeating: -.infinity, count: n))
      set.table.softmax_rows(nothing.pointer, n, nothing.pointer, n, 1, n)
      #expect(nothing.values == [Float](repeating: 0, count: n))

      var one = [Float](repeating: -.infinity, count: n)
      one[n / 2] = -3
      let row = GuardedFloats(one)
      set.table.softmax_rows(row.pointer, n, row.pointer, n, 1, n)
      #expect(row.values.enumerated().allSatisfy { $1 == ($0 == n / 2 ? 1 : 0) })

      // An undefined number must show, also among infinities.
      one[n / 2] = .nan
      let undefined = GuardedFloats(one)
      set.table.softmax_rows(undefined.pointer, n, undefined.pointer, n, 1, n)
      #expect(undefined.values.allSatisfy { $0.isNaN })
    }
  }

  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func backward(set: KernelSet, columns: Int) {
    var randoms = Randoms(columns)
    let x = randoms.floats(columns)
    let dy = randoms.floats(columns)
    let expected = numericDerivative(x.doubles) {
      zip(Self.softmax($0), dy).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    let y = Self.softmax(x.doubles).map { Float($0) }
    let dx = GuardedFloats(unwritten: columns)
    let inPlace = GuardedFloats(dy)
    let guardedY = GuardedFloats(y)
    set.table.softmax_rows_backward(
      guardedY.pointer, columns, GuardedFloats(dy).pointer, columns, dx.pointer, columns, 1, columns
    )
    set.table.softmax_rows_backward(
      guardedY.pointer, columns, inPlace.pointer, columns, inPlace.pointer, columns, 1, columns)
    expectClose(dx.values, expected, absolute: 5e-7)
    #expect(inPlace.values == dx.values)
  }
}
