import CKernels
import Testing

@Suite(.guardedMemory) struct DropoutKernelTests {
  /// 1 where kept, 0 where dropped.
  static func mask(
    _ set: KernelSet, rate: Double, key: UInt64, first: UInt64 = 0, count: Int
  ) -> [Float] {
    var settings = dropout(rate: rate, key: key)
    settings.scale = 1
    let y = GuardedFloats([Float](repeating: 1, count: count))
    set.table.dropout(settings, first, y.pointer, y.pointer, count)
    return y.values
  }

  /// The correlation of two masks of the same rate.
  static func correlation(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>, rate: Double) -> Double {
    let keep = 1 - rate
    let products = zip(a, b).reduce(0.0) { $0 + (Double($1.0) - keep) * (Double($1.1) - keep) }
    return products / Double(a.count) / (keep * rate)
  }

  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func keptElementsAreScaled(set: KernelSet, n: Int) {
    var randoms = Randoms(n)
    var x = randoms.floats(n)
    let settings = dropout(rate: 0.4, key: 11)
    let mask = Self.mask(set, rate: 0.4, key: 11, first: 5, count: n)
    for i in x.indices where mask[i] == 0 { x[i] = .nan }  // what is dropped does not matter
    let y = GuardedFloats(unwritten: n)
    set.table.dropout(settings, 5, GuardedFloats(x).pointer, y.pointer, n)
    #expect(y.values == zip(x, mask).map { $1 == 0 ? 0 : $0 * settings.scale })
    set.table.dropout(noDropout, 5, mask, y.pointer, n)
    #expect(y.values == mask)
  }

  @Test(arguments: [0.1, 0.3, 0.5, 0.9])
  func rateIsMet(rate: Double) throws {
    let set = try #require(KernelSet.all.last)
    let count = 200_000
    let deviation = (rate * (1 - rate) / Double(count)).squareRoot()
    for key: UInt64 in [0, 1, 2, 1 << 32, .max] {
      let kept = Self.mask(set, rate: rate, key: key, count: count).reduce(0, +)
      #expect(abs(Double(kept) / Double(count) - (1 - rate)) < 4 * deviation, "key \(key)")
    }
  }

  @Test func neighboursAreIndependent() throws {
    let set = try #require(KernelSet.all.last)
    let count = 1 << 17
    let limit = 4.5 / Double(count).squareRoot()
    let rate = 0.3
    let base = Self.mask(set, rate: rate, key: 42, count: count + 1024)
    for lag in [1, 2, 3, 4, 8, 16, 31, 64, 127, 256, 512, 1024] {
      let value = Self.correlation(base[..<count], base[lag..<lag + count], rate: rate)
      #expect(abs(value) < limit, "lag \(lag)")
    }
    for key: UInt64 in [43, 40, 42 ^ (1 << 20), 42 ^ (1 << 32), 42 ^ (1 << 63)] {
      let other = Self.mask(set, rate: rate, key: key, count: count)
      #expect(abs(Self.correlation(base[..<count], other[...], rate: rate)) < limit, "key \(key)")
    }
    for high: UInt64 in [1, 2, 1 << 10] {
      let other = Self.mask(set, rate: rate, key: 42, first: high << 32, count: count)
      #expect(abs(Self.correlation(base[..<count], other[...], rate: rate)) < limit, "high \(high)")
    }
  }

  @Test func everyBitOfIndexAndKeyMatters() throws {
    let set = try #require(KernelSet.all.last)
    let count = 4096
    // At rate 1/2 a changed bit must change half of the decisions.
    let base = Self.mask(set, rate: 0.5, key: 7, count: count)
    for bit in 0..<64 {
      let otherKey = Self.mask(set, rate: 0.5, key: 7 ^ (1 << UInt64(bit)), count: count)
      let changed = zip(base, otherKey).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
      #expect(abs(changed - count / 2) < 5 * 32, "bit \(bit) of the key")
      guard bit >= 12 else { continue }
      let otherIndex = Self.mask(
        set, rate: 0.5, key: 7, first: 1 << UInt64(bit), count: count)
      let moved = zip(base, otherIndex).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
      #expect(abs(moved - count / 2) < 5 * 32, "bit \(bit) of the index")
    }
  }

  @Test func allInstructionSetsDecideAlike() throws {
    let portable = try #require(KernelSet.all.first)
    for set in KernelSet.all {
      for first: UInt64 in [0, 3, (1 << 32) - 50, (1 << 40) + 17, .max - 200] {
        for rate in [0.05, 0.5, 0.999] {
          #expect(
            Self.mask(set, rate: rate, key: 99, first: first, count: 131)
              == Self.mask(portable, rate: rate, key: 99, first: first, count: 131))
        }
      }
    }
  }

  @Test(arguments: KernelSet.all)
  func decisionDependsOnTheIndexAlone(set: KernelSet) {
    let first: UInt64 = (1 << 32) - 37  // the carry into the upper half lies within
    let whole = Self.mask(set, rate: 0.5, key: 5, first: first, count: 97)
    for start in 0..<97 {
      let part = Self.mask(set, rate: 0.5, key: 5, first: first + UInt64(start), count: 97 - start)
      #expect(part == Array(whole[start...]))
    }
  }

  @Test(arguments: KernelSet.all)
  func rowsUseTheirOwnIndices(set: KernelSet) {
    let (rows, columns, stride) = (5, 19, 1000)
    var randoms = Randoms(8)
    let x = randoms.floats(rows * 21)
    let settings = dropout(rate: 0.5, key: 3)
    let y = GuardedFloats(unwritten: rows * 23)
    set.table.dropout_rows(settings, 77, UInt64(stride), x, 21, y.pointer, 23, rows, columns)
    for r in 0..<rows {
      let mask = Self.mask(
        set, rate: 0.5, key: 3, first: UInt64(77 + r * stride), count: columns)
      let expected = (0..<columns).map { mask[$0] * x[r * 21 + $0] * 2 }
      #expect(Array(y.values[r * 23..<r * 23 + columns]) == expected)
      #expect(y.values[r * 23 + columns] == -7777.5)
    }
    let copy = GuardedFloats(unwritten: rows * 23)
    set.table.dropout_rows(noDropout, 0, 0, x, 21, copy.pointer, 23, rows, columns)
    #expect(Array(copy.values[23..<23 + columns]) == Array(x[21..<21 + columns]))
  }
}
