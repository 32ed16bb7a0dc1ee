/// The random numbers of resampling: SplitMix64, written out here so that the metrics need no other module.
struct ResamplingGenerator {
  private var state: UInt64

  /// A stream of its own for every trial, so that trials do not depend on one another.
  init(seed: UInt64, trial: Int) {
    state = Self.mix(seed) &+ Self.mix(~UInt64(trial))
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// A number from 0 to `bound` - 1. (Multiply and shift; the bias is below 2^-40 for any test set.)
  mutating func next(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
