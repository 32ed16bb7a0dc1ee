import Foundation

/// Noise with the standard Gumbel distribution: added to scores, the largest sum is a sample from their softmax
/// (Gumbel 1954).
public enum GumbelNoise {
  /// x + noise, the same for the same seed on any number of threads.
  public static func add(
    to x: UnsafePointer<Float>, seed: UInt64, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    ThreadPool.forEachRange(of: count, grain: 1 << 12) { range in
      for index in range { y[index] = x[index] + element(index, seed: seed) }
    }
  }

  /// -log(-log u) for a u from (0, 1) that depends on the seed and the index alone.
  static func element(_ index: Int, seed: UInt64) -> Float {
    // SplitMix64, as the rest of the package's random numbers.
    var z = seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    let u = (Double(z >> 12) + 0.5) * 0x1p-52
    return Float(-log(-log(u)))
  }
}
