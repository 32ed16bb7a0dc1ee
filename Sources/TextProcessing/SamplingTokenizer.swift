/// A tokenizer that can cut the same text in several ways, for training.
public protocol SamplingTokenizer: Tokenizer {
  /// The tokens of a text with some of the tokenizer's steps left out at random.
  ///
  /// - Parameters:
  ///   - dropoutRate: 0 (all steps) to 1 (none).
  ///   - seed: the same seed and text give the same tokens.
  func encode(_ text: String, dropoutRate: Double, seed: UInt64) -> [String]
}
