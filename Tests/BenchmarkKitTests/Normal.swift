import BenchmarkKit
import Foundation

/// Standard normal numbers by Box and Muller, for simulated noise.
struct Normal {
  private var generator: ShuffleGenerator

  init(seed: UInt64) {
    generator = ShuffleGenerator(seed: seed)
  }

  mutating func next() -> Double {
    let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
    return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
  }
}
