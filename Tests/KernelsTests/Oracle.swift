import Testing

/// Reproducible numbers (SplitMix64).
struct Randoms {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(seed) &* 0x2545_f491_4f6c_dd1d &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func floats(_ count: Int, in range: ClosedRange<Float> = -2...2) -> [Float] {
    (0..<count).map { _ in
      let unit = Float(next() >> 40) / 16_777_216
      return range.lowerBound + (range.upperBound - range.lowerBound) * unit
    }
  }
}

/// The largest |actual - expected|; infinite where only one of them is NaN.
func largestError(_ actual: [Float], _ expected: [Double]) -> Double {
  precondition(actual.count == expected.count)
  var worst = 0.0
  for (a, e) in zip(actual, expected) {
    if Double(a) == e || (a.isNaN && e.isNaN) { continue }
    let error = abs(Double(a) - e)
    worst = max(worst, error.isNaN ? .infinity : error)
  }
  return worst
}

/// Every element within `relative` of its own size or `absolute`.
func expectClose(
  _ actual: [Float], _ expected: [Double], relative: Double = 1e-6, absolute: Double = 1e-7,
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual.count == expected.count, comment, sourceLocation: sourceLocation)
  for (index, (a, e)) in zip(actual, expected).enumerated() {
    let allowed = absolute + relative * abs(e)
    let good = Double(a) == e || (a.isNaN && e.isNaN) || abs(Double(a) - e) <= allowed
    if !good {
      Issue.record(
        "element \(index): \(a), expected \(e) \(comment.map(String.init(describing:)) ?? "")",
        sourceLocation: sourceLocation)
      return
    }
  }
}

/// df/dx by central differences in double.
func numericDerivative(_ x: [Double], step: Double = 1e-5, _ f: ([Double]) -> Double) -> [Double] {
  x.indices.map { index in
    var shifted = x
    shifted[index] = x[index] + step
    let above = f(shifted)
    shifted[index] = x[index] - step
    return (above - f(shifted)) / (2 * step)
  }
}

extension [Float] {
  var doubles: [Double] { map { Double($0) } }
}
