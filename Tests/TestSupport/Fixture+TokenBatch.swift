public import SequenceModels

extension Fixture {
  /// Sequences that stand under `input.NAME`, filled up to one length, with their lengths under `input.NAME_lengths`.
  public func tokenBatch(_ name: String) throws -> TokenBatch {
    let tokens = try integers("input.\(name)")
    let lengths = try integers("input.\(name)_lengths")
    let width = tokens.count / max(1, lengths.count)
    return TokenBatch(lengths.enumerated().map { Array(tokens[$0 * width..<$0 * width + $1]) })
  }
}
