import CKernels
import Foundation
import Testing

@Suite(.guardedMemory) struct AddNormKernelTests {
  static let epsilon = 1e-5

  static func norm(_ s: [Double], _ gamma: [Float], _ beta: [Float]) -> [Double] {
    let mean = s.reduce(0, +) / Double(s.count)
    let variance = s.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(s.count)
    let rstd = 1 / (variance + epsilon).squareRoot()
    return s.indices.map { (s[$0] - mean) * rstd * Double(gamma[$0]) + Double(beta[$0]) }
  }

  /// What dropout multiplies each element of the branch with.
  static func factors(_ set: KernelSet, _ settings: ck_dropout, first: UInt64, count: Int)
    -> [Float]
  {
    let ones = GuardedFloats([Float](repeating: 1, count: count))
    set.table.dropout(settings, first, ones.pointer, ones.pointer, count)
    return ones.values
  }

  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func forward(set: KernelSet, columns: Int) {
    let rows = 3
    let count = rows * columns
    var randoms = Randoms(columns)
    let residual = randoms.floats(count)
    let branch = randoms.floats(count, in: 1...5)
    let gamma = randoms.floats(columns)
    let beta = randoms.floats(columns)
    for settings in [noDropout, dropout(rate: 0.3, key: 21)] {
      let factors = Self.factors(set, settings, first: 1000, count: count)
      for (hasResidual, hasBranch) in [(true, true), (true, false), (false, true), (false, false)] {
        let s = (0..<count).map {
          (hasResidual ? residual[$0] : 0) + (hasBranch ? branch[$0] * factors[$0] : 0)
        }
        let a = GuardedFloats(residual)
        let b = GuardedFloats(branch)
        let g = GuardedFloats(gamma)
        let h = GuardedFloats(beta)
        let sum = GuardedFloats(unwritten: count)
        let y = GuardedFloats(unwritten: count)
        let withoutSum = GuardedFloats(unwritten: count)
        let mean = GuardedFloats(unwritten: rows)
        let rstd = GuardedFloats(unwritten: rows)
        set.table.add_norm(
          hasResidual ? a.pointer : nil, hasBranch ? b.pointer : nil, settings, 1000, g.pointer,
          h.pointer, Float(Self.epsilon), sum.pointer, y.pointer, mean.pointer, rstd.pointer, rows,
          columns)
        set.table.add_norm(
          hasResidual ? a.pointer : nil, hasBranch ? b.pointer : nil, settings, 1000, g.pointer,
          h.pointer, Float(Self.epsilon), nil, withoutSum.pointer, nil, nil, rows, columns)
        #expect(sum.values == s)
        #expect(withoutSum.values == y.values)
        for r in 0..<rows where columns > 0 {
          let row = s[r * columns..<(r + 1) * columns].map { Double($0) }
          let expected = Self.norm(row, gamma, beta)
          expectClose(
            Array(y.values[r * columns..<(r + 1) * columns]), expected, relative: 2e-5,
            absolute: columns < 4 ? 2e-4 : 2e-6)
          let exactMean = row.reduce(0, +) / Double(columns)
          #expect(abs(Double(mean.values[r]) - exactMean) < 1e-6)
          let variance =
            row.reduce(0) { $0 + ($1 - exactMean) * ($1 - exactMean) } / Double(columns)
          let exact = 1 / (variance + Self.epsilon).squareRoot()
          #expect(abs(Double(rstd.values[r]) - exact) < 2e-6 * exact)
        }
        // The sum may stand where an operand stood.
        if hasResidual {
          set.table.add_norm(
            a.pointer, hasBranch ? b.pointer : nil, settings, 1000, g.pointer, h.pointer,
            Float(Self.epsilon), a.pointer, withoutSum.pointer, nil, nil, rows, columns)
          #expect(a.values == s && withoutSum.values == y.values)
        } else if hasBranch {
          set.table.add_norm(
            nil, b.pointer, settings, 1000, g.pointer, h.pointer, Float(Self.epsilon), b.pointer,
            withoutSum.pointer, nil, nil, rows, columns)
          #expect(b.values == s && withoutSum.values == y.values)
        }
      }
    }
  }

  @Test(arguments: KernelSet.all)
  func withoutScaleOnlyTheSumIsComputed(set: KernelSet) {
    var randoms = Randoms(2)
    let (a, b) = (randoms.floats(34), randoms.floats(34))
    let sum = GuardedFloats(unwritten: 34)
    let y = GuardedFloats(unwritten: 34)
    set.table.add_norm(
      a, b, noDropout, 0, nil, nil, 1e-5, sum.pointer, y.pointer, nil, nil, 2, 17)
    #expect(sum.values == zip(a, b).map { $0 + $1 })
    #expect(y.values.allSatisfy { $0 == -7777.5 })
  }

  @Test(arguments: KernelSet.all)
  func errorIsAtMostTwiceThatOfPlainFloats(set: KernelSet) {
    let n = 1021
    var randoms = Randoms(6)
    let x = randoms.floats(n, in: 99...101)  // a mean far from 0
    let ones = [Float](repeating: 1, count: n)
    let zeros = [Float](repeating: 0, count: n)
    let mean = x.reduce(0, +) / Float(n)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(n)
    let plain = x.map { ($0 - mean) / (variance + Float(Self.epsilon)).squareRoot() }
    let y = GuardedFloats(unwritten: n)
    set.table.add_norm(
      x, nil, noDropout, 0, ones, zeros, Float(Self.epsilon), nil, y.pointer, nil, nil, 1, n)
    let exact = Self.norm(x.doubles, ones, zeros)
    #expect(largestError(y.values, exact) <= 2 * largestError(plain, exact))
  }

  @Test(arguments: KernelSet.all, [1, 2, 5, 16, 19, 37, 67])
  func backward(set: KernelSet, columns: Int) {
    let rows = 3
    let count = rows * columns
    var randoms = Randoms(columns)
    let s = randoms.floats(count)
    let dy = randoms.floats(count)
    let gamma = randoms.floats(columns)
    let beta = randoms.floats(columns)
    let settings = dropout(rate: 0.3, key: 4)
    let factors = Self.factors(set, settings, first: 50, count: count)
    var mean = [Float](repeating: 0, count: rows)
    var rstd = mean
    let y = GuardedFloats(unwritten: count)
    set.table.add_norm(
      s, nil, noDropout, 0, gamma, beta, Float(Self.epsilon), nil, y.pointer, &mean, &rstd, rows,
      columns)

    func loss(_ s: [Double], _ gamma: [Double], _ beta: [Double]) -> Double {
      (0..<rows).reduce(0.0) { total, r in
        let range = r * columns..<(r + 1) * columns
        let ones = [Float](repeating: 1, count: columns)
        let zeros = [Float](repeating: 0, count: columns)
        let normalised = Self.norm(Array(s[range]), ones, zeros)
        return total
          + (0..<columns).reduce(0.0) {
            $0 + Double(dy[range.lowerBound + $1]) * (normalised[$1] * gamma[$1] + beta[$1])
          }
      }
    }
    let expectedS = numericDerivative(s.doubles) { loss($0, gamma.doubles, beta.doubles) }
    let expectedGamma = numericDerivative(gamma.doubles) { loss(s.doubles, $0, beta.doubles) }
    let expectedBeta = numericDerivative(beta.doubles) { loss(s.doubles, gamma.doubles, $0) }

    let ds = GuardedFloats(unwritten: count)
    let dBranch = GuardedFloats(unwritten: count)
    let dGamma = GuardedFloats([Float](repeating: 0.5, count: columns))
    let dBeta = GuardedFloats([Float](repeating: -0.5, count: columns))
    let guardedGamma = GuardedFloats(gamma)
    set.table.add_norm_backward(
      GuardedFloats(dy).pointer, GuardedFloats(s).pointer, mean, rstd, guardedGamma.pointer,
      settings, 50, ds.pointer, 0, dBranch.pointer, dGamma.pointer, dBeta.pointer, rows, columns)
    // Two columns are +1 and -1 after normalisation: the gradient is a difference of nearly equal numbers.
    expectClose(ds.values, expectedS, relative: 1e-4, absolute: columns < 4 ? 2e-3 : 1e-5)
    expectClose(dGamma.values, expectedGamma.map { $0 + 0.5 }, relative: 1e-5, absolute: 5e-6)
    expectClose(dBeta.values, expectedBeta.map { $0 - 0.5 }, relative: 1e-5, absolute: 5e-6)
    #expect(dBranch.values == zip(ds.values, factors).map { $0 * $1 })

    // In place, and without dropout.
    let inPlace = GuardedFloats(dy)
    let plainBranch = GuardedFloats(unwritten: count)
    var (ignoredGamma, ignoredBeta) = (gamma, beta)
    set.table.add_norm_backward(
      inPlace.pointer, s, mean, rstd, gamma, noDropout, 0, inPlace.pointer, 0, plainBranch.pointer,
      &ignoredGamma, &ignoredBeta, rows, columns)
    #expect(inPlace.values == ds.values && plainBranch.values == ds.values)

    // Added to what is there; the branch receives the new part alone.
    let start = randoms.floats(count)
    let added = GuardedFloats(start)
    set.table.add_norm_backward(
      dy, s, mean, rstd, gamma, settings, 50, added.pointer, 1, plainBranch.pointer, &ignoredGamma,
      &ignoredBeta, rows, columns)
    #expect(added.values == zip(start, ds.values).map { $0 + $1 })
    #expect(plainBranch.values == dBranch.values)
  }
}
