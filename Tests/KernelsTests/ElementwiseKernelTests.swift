import CKernels
import Foundation
import Testing

@Suite(.guardedMemory) struct ElementwiseKernelTests {
  @Test(arguments: KernelSet.all)
  func exponentialIsWithinTwoUnitsInTheLastPlace(set: KernelSet) {
    // Steps of about 2^-7 over everything that is neither 0 nor infinite, subnormal results included.
    let x = stride(from: Float(-105), through: 89, by: 0.0078).map { $0 }
    let y = GuardedFloats(unwritten: x.count)
    set.table.exponential(GuardedFloats(x).pointer, y.pointer, x.count)
    for (x, y) in zip(x, y.values) {
      let exact = exp(Double(x))
      let rounded = Float(exact)
      if rounded.isInfinite {
        #expect(y == rounded)
      } else {
        #expect(abs(Double(y) - exact) <= 2 * Double(rounded.ulp), "x = \(x)")
      }
    }
  }

  @Test(arguments: KernelSet.all)
  func exponentialOfSpecialValues(set: KernelSet) {
    let x: [Float] = [
      0, -0.0, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 88.8,
      -104,
      .leastNonzeroMagnitude, .nan,
    ]
    let y = GuardedFloats(unwritten: x.count)
    set.table.exponential(GuardedFloats(x).pointer, y.pointer, x.count)
    #expect(Array(y.values.prefix(9)) == [1, 1, .infinity, 0, .infinity, 0, .infinity, 0, 1])
    #expect(y.values[9].isNaN)
  }

  @Test(arguments: KernelSet.all)
  func resultDoesNotDependOnThePosition(set: KernelSet) {
    var randoms = Randoms(1)
    let x = randoms.floats(67, in: -20...20)
    let whole = GuardedFloats(unwritten: 67)
    set.table.exponential(x, whole.pointer, 67)
    for start in 1..<20 {
      let part = GuardedFloats(unwritten: 67 - start)
      set.table.exponential(Array(x[start...]), part.pointer, 67 - start)
      #expect(part.values == Array(whole.values[start...]))
    }
  }

  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func maps(set: KernelSet, n: Int) {
    var randoms = Randoms(n)
    let a = randoms.floats(n)
    let b = randoms.floats(n)
    let start = randoms.floats(n)
    let alpha: Float = -1.375
    func result(_ body: (UnsafePointer<Float>, UnsafePointer<Float>, GuardedFloats) -> Void)
      -> [Float]
    {
      let y = GuardedFloats(start)
      let first = GuardedFloats(a)
      let second = GuardedFloats(b)
      body(first.pointer, second.pointer, y)
      return y.values
    }
    let table = set.table
    #expect(result { table.add($0, $1, $2.pointer, n) } == zip(a, b).map { $0 + $1 })
    #expect(result { table.multiply($0, $1, $2.pointer, n) } == zip(a, b).map { $0 * $1 })
    #expect(result { a, _, y in table.scale(alpha, a, y.pointer, n) } == a.map { alpha * $0 })
    expectClose(
      result { a, _, y in table.add_scaled(alpha, a, y.pointer, n) },
      (0..<n).map { Double(start[$0]) + Double(alpha) * Double(a[$0]) }, absolute: 5e-7)
    expectClose(
      result { table.multiply_add($0, $1, $2.pointer, n) },
      (0..<n).map { Double(start[$0]) + Double(a[$0]) * Double(b[$0]) }, absolute: 5e-7)
    // In place.
    #expect(result { _, b, y in table.add(y.pointer, b, y.pointer, n) } == zip(start, b).map(+))
    #expect(result { _, _, y in table.scale(2, y.pointer, y.pointer, n) } == start.map { 2 * $0 })
    expectClose(
      result { _, _, y in table.exponential(y.pointer, y.pointer, n) },
      start.map { exp(Double($0)) })
  }

  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func reductionsAreThoseOfDoubles(set: KernelSet, n: Int) {
    var randoms = Randoms(100 + n)
    let a = randoms.floats(n, in: -1000...1000)
    let b = randoms.floats(n)
    let guardedA = GuardedFloats(a)
    let guardedB = GuardedFloats(b)
    let sum = a.doubles.reduce(0, +)
    let squares = a.doubles.reduce(0) { $0 + $1 * $1 }
    let dot = zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(set.table.sum(guardedA.pointer, n) - sum) <= 1e-9)
    #expect(abs(set.table.sum_of_squares(guardedA.pointer, n) - squares) <= 1e-12 * squares)
    #expect(abs(set.table.dot(guardedA.pointer, guardedB.pointer, n) - dot) <= 1e-9)
  }

  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func columnSums(set: KernelSet, columns: Int) {
    for rows in [0, 1, 3, 4, 7, 13] {
      var randoms = Randoms(rows * 1000 + columns)
      let ld = columns + 3
      let x = randoms.floats(max(0, rows * ld - 3))
      let start = randoms.floats(columns)
      let expected = (0..<columns).map { c in
        (0..<rows).reduce(0.0) { $0 + Double(x[$1 * ld + c]) }
      }
      let input = GuardedFloats(x)
      let sums = GuardedFloats(start)
      set.table.column_sums(input.pointer, ld, rows, columns, sums.pointer, 1)
      expectClose(sums.values, zip(expected, start).map { $0 + Double($1) }, absolute: 5e-6)
      set.table.column_sums(input.pointer, ld, rows, columns, sums.pointer, 0)
      expectClose(sums.values, expected, absolute: 5e-6)
    }
  }
}
