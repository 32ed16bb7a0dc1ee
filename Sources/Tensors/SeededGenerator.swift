import Foundation

/// A small, fast, reproducible source of random bits (SplitMix64): the same seed gives the same numbers on
/// every machine.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The same seed gives the same numbers.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return mix(state)
  }

  /// A number from [0, 1) with 24 random bits.
  public mutating func nextUniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A number from 0 to `bound` - 1. (Multiply and shift; the bias is below 2^-40 for any corpus.)
  public mutating func next(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Fisher and Yates, written out because the standard library does not promise its order of draws.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    var remaining = elements.count
    while remaining > 1 {
      let chosen = next(below: remaining)
      remaining -= 1
      elements.swapAt(remaining, chosen)
    }
  }

  /// A number from the standard normal distribution (Box and Muller).
  public mutating func nextNormal() -> Float {
    let radius = sqrt(-2 * log(1 - Double(next() >> 11) * 0x1p-53))
    let angle = 2 * Double.pi * (Double(next() >> 11) * 0x1p-53)
    return Float(radius * cos(angle))
  }
}

/// The finaliser of SplitMix64: every bit of the result depends on every bit of the argument.
public func mix(_ value: UInt64) -> UInt64 {
  var z = value
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

/// One seed from several, for streams that must not overlap.
public func combineSeeds(_ seeds: UInt64...) -> UInt64 {
  seeds.reduce(0x6A09_E667_F3BC_C909) { mix($0 ^ $1 &+ 0x9E37_79B9_7F4A_7C15) }
}

extension Tensor {
  /// Independent normal elements.
  public static func normal(
    _ shape: Shape, mean: Float = 0, standardDeviation: Float = 1,
    using generator: inout SeededGenerator
  ) -> Tensor {
    Tensor(
      (0..<shape.elementCount).map { _ in mean + standardDeviation * generator.nextNormal() },
      shape: shape)
  }

  /// Independent elements, uniform over a range.
  public static func uniform(
    _ shape: Shape, in range: ClosedRange<Float>, using generator: inout SeededGenerator
  ) -> Tensor {
    let width = range.upperBound - range.lowerBound
    return Tensor(
      (0..<shape.elementCount).map { _ in range.lowerBound + width * generator.nextUniform() },
      shape: shape)
  }
}
