internal import Tensors

/// Which texts are held out of training: a share of the distinct source texts, chosen by a seeded hash.
///
/// All pairs of one source text go to the same side, so what is held out is new to a model that has seen the
/// rest. Which side a text goes to depends on it and the seed alone, not on the rest of the corpus.
public struct HeldOutShare: Hashable, Sendable {
  /// The share of distinct source texts, 0 to 1, met on average.
  public let share: Double
  /// Where the choice starts.
  public let seed: UInt64

  /// - Parameter share: of the distinct source texts, 0 to 1.
  public init(_ share: Double, seed: UInt64) {
    if !(0...1).contains(share) {
      fatalError("HeldOutShare: expected a share from 0 to 1, found \(share)")
    }
    self.share = share
    self.seed = seed
  }

  /// Whether the pairs of a source text are held out.
  public func contains(_ source: String) -> Bool {
    // 53 bits, all that a Double holds exactly.
    Double(stableHash(of: source, seed: seed) >> 11) * 0x1p-53 < share
  }
}

/// A hash of a text's UTF-8 bytes (FNV-1a, then mixed with the seed): the same in every process and on every
/// machine, unlike Swift's own.
private func stableHash(of text: String, seed: UInt64) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
  return mix(hash ^ mix(seed &+ 0x9E37_79B9_7F4A_7C15))
}
