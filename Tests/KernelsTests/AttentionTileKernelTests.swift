import CKernels
import Foundation
import Testing

@Suite(.guardedMemory) struct AttentionTileKernelTests {
  /// Scores of some queries against all keys, with what each query may see.
  struct Case {
    let rows: Int
    let columns: Int
    let scores: [Float]
    let first: [Int32]
    let last: [Int32]
    let allowed: [UInt8]

    init(rows: Int, columns: Int, seed: Int) {
      var randoms = Randoms(seed)
      self.rows = rows
      self.columns = columns
      var scores = randoms.floats(rows * columns, in: -8...8)
      first = (0..<rows).map { Int32($0 % 3) }
      // The second row sees nothing by its range, the fifth nothing by its bytes.
      last = (0..<rows).map { $0 == 1 ? 0 : Int32(max(0, columns - $0 % 4)) }
      let bits = randoms.floats(rows * columns, in: 0...1)
      allowed = bits.enumerated().map { $0 / columns == 4 || $1 < 0.3 ? 0 : ($1 < 0.6 ? 1 : 255) }
      for r in 0..<rows {
        for c in 0..<columns
        where c < Int(first[r]) || c >= Int(last[r]) || allowed[r * columns + c] == 0 {
          scores[r * columns + c] = [Float.nan, .infinity, 1e30][(r + c) % 3]
        }
      }
      self.scores = scores
    }

    func isValid(_ r: Int, _ c: Int) -> Bool {
      c >= Int(first[r]) && c < Int(last[r]) && allowed[r * columns + c] != 0
    }

    var probabilities: [Double] {
      (0..<rows).flatMap { r in
        SoftmaxKernelTests.softmax(
          (0..<columns).map { isValid(r, $0) ? Double(scores[r * columns + $0]) : -.infinity })
      }
    }

    var logSumExp: [Double] {
      (0..<rows).map { r in
        log(
          (0..<columns).reduce(0) {
            $0 + (isValid(r, $1) ? exp(Double(scores[r * columns + $1])) : 0)
          })
      }
    }
  }

  @Test(
    arguments: KernelSet.all,
    [(1, 1), (0, 5), (3, 0), (2, 7), (7, 13), (5, 17), (6, 37), (5, 67), (7, 131)])
  func tilesTogetherAreOneSoftmax(set: KernelSet, shape: (Int, Int)) {
    let (rows, columns) = shape
    let problem = Case(rows: rows, columns: columns, seed: rows * 100 + columns)
    for width in [1, 5, 16, 29, columns] where width > 0 {
      var maximum = [Float](repeating: -.infinity, count: rows)
      var sum = [Float](repeating: 0, count: rows)
      // What attention would accumulate with the identity for values: the probabilities themselves.
      var accumulated = [Float](repeating: 0, count: rows * columns)
      for start in stride(from: 0, to: columns, by: width) {
        let count = min(width, columns - start)
        let ld = count + 2
        let tile = GuardedFloats(
          (0..<rows).flatMap { r in
            (0..<ld).map { $0 < count ? problem.scores[r * columns + start + $0] : -7777.5 }
          })
        var correction = [Float](repeating: .nan, count: rows)
        let seen = maximum
        problem.allowed.withUnsafeBufferPointer { allowed in
          set.table.attention_tile_forward(
            tile.pointer, ld, rows, count, problem.first.map { $0 - Int32(start) },
            problem.last.map { $0 - Int32(start) }, allowed.baseAddress.map { $0 + start }, columns,
            &maximum, &sum, &correction)
        }
        for r in 0..<rows {
          if maximum[r] == -.infinity { #expect(correction[r] == 1) }
          if seen[r] == maximum[r] { #expect(correction[r] == 1) }
          for c in 0..<start { accumulated[r * columns + c] *= correction[r] }
          for c in 0..<count { accumulated[r * columns + start + c] = tile.values[r * ld + c] }
          #expect(tile.values[r * ld + count] == -7777.5)
        }
      }
      for r in 0..<rows {
        for c in 0..<columns where sum[r] > 0 { accumulated[r * columns + c] /= sum[r] }
      }
      expectClose(accumulated, problem.probabilities, relative: 2e-6)
      expectClose(
        zip(maximum, sum).map { $0 + logf($1) }, problem.logSumExp, relative: 1e-6, absolute: 1e-6)
    }
  }

  @Test(arguments: KernelSet.all)
  func withoutMasksItIsTheSoftmaxOfTheRow(set: KernelSet) {
    for columns in KernelSet.sizes {
      var randoms = Randoms(columns)
      let scores = randoms.floats(2 * columns, in: -20...20)
      let tile = GuardedFloats(scores)
      var maximum = [Float](repeating: -.infinity, count: 2)
      var sum: [Float] = [0, 0]
      var correction: [Float] = [0, 0]
      set.table.attention_tile_forward(
        tile.pointer, columns, 2, columns, nil, nil, nil, 0, &maximum, &sum, &correction)
      for r in 0..<2 {
        let row = scores[r * columns..<(r + 1) * columns]
        #expect(maximum[r] == row.max() ?? -.infinity)
        expectClose(
          tile.values[r * columns..<(r + 1) * columns].map { $0 / sum[r] },
          SoftmaxKernelTests.softmax(row.map { Double($0) }))
      }
    }
  }

  @Test(arguments: KernelSet.all)
  func anUndefinedScoreThatCountsShows(set: KernelSet) {
    for scores: [Float] in [[1, .nan, 2], [.nan, .nan, .nan], [-.infinity, .nan, -.infinity]] {
      let tile = GuardedFloats(scores)
      var (maximum, sum, correction): (Float, Float, Float) = (-.infinity, 0, 0)
      set.table.attention_tile_forward(
        tile.pointer, 3, 1, 3, nil, nil, nil, 0, &maximum, &sum, &correction)
      #expect(sum.isNaN)
      #expect(tile.values[1].isNaN)
    }
  }

  @Test(arguments: KernelSet.all, [(1, 1), (3, 0), (5, 17), (7, 67)])
  func probabilitiesFromTheLogSum(set: KernelSet, shape: (Int, Int)) {
    let (rows, columns) = shape
    let problem = Case(rows: rows, columns: columns, seed: columns)
    let tile = GuardedFloats(problem.scores)
    let logSum = problem.logSumExp.map { Float($0) }
    set.table.attention_tile_probabilities(
      tile.pointer, columns, rows, columns, problem.first, problem.last, problem.allowed, columns,
      logSum)
    expectClose(tile.values, problem.probabilities, relative: 2e-6)

    // Without bytes: the range alone.
    var randoms = Randoms(3)
    let scores = randoms.floats(rows * columns)
    let second = GuardedFloats(scores)
    set.table.attention_tile_probabilities(
      second.pointer, columns, rows, columns, problem.first, problem.last, nil, 0, logSum)
    let expected = (0..<rows * columns).map { i -> Double in
      let (r, c) = (i / columns, i % columns)
      let inside = c >= Int(problem.first[r]) && c < Int(problem.last[r])
      return inside && logSum[r] != -.infinity ? exp(Double(scores[i]) - Double(logSum[r])) : 0
    }
    expectClose(second.values, expected, relative: 2e-6)
  }

  @Test(arguments: KernelSet.all)
  func backward(set: KernelSet) {
    for columns in KernelSet.sizes {
      var randoms = Randoms(columns)
      let rows = 3
      let ld = columns + 1
      var p = randoms.floats(rows * ld, in: 0...1)
      var gradient = randoms.floats(rows * ld)
      for i in stride(from: 0, to: p.count, by: 3) {
        p[i] = 0
        gradient[i] = .nan
      }
      let delta = randoms.floats(rows)
      let result = GuardedFloats(gradient)
      set.table.attention_tile_backward(
        GuardedFloats(p).pointer, result.pointer, ld, rows, columns, delta, 0.125)
      for r in 0..<rows {
        let range = r * ld..<r * ld + columns
        expectClose(
          Array(result.values[range]),
          range.map { p[$0] == 0 ? 0 : 0.125 * Double(p[$0]) * Double(gradient[$0] - delta[r]) })
      }
    }
  }

  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func rowsAreScaledAndMultiplied(set: KernelSet, columns: Int) {
    var randoms = Randoms(columns)
    let rows = 4
    let a = randoms.floats(rows * columns)
    let b = randoms.floats(rows * columns)
    let factors: [Float] = [0, 1, -0.5, 3]
    let y = GuardedFloats(a)
    set.table.scale_rows(y.pointer, columns, factors, rows, columns)
    #expect(y.values == a.enumerated().map { $1 * factors[$0 / columns] })
    let sums = GuardedFloats(unwritten: rows)
    set.table.row_dots(
      GuardedFloats(a).pointer, columns, GuardedFloats(b).pointer, columns, rows, columns,
      sums.pointer)
    expectClose(
      sums.values,
      (0..<rows).map { r in
        (0..<columns).reduce(0) { $0 + Double(a[r * columns + $1]) * Double(b[r * columns + $1]) }
      }, relative: 1e-6, absolute: 3e-6)
  }
}
