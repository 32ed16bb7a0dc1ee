/// Source and target sequences that belong together, as a training step takes them.
public struct TrainingBatch: Sendable {
  /// [B, S]
  public let source: TokenBatch
  /// What the decoder reads: the start token, then the target without its end token. [B, T]
  public let decoderInput: TokenBatch
  /// What the decoder should say at each position: the target, then the end token. Row-major [B, T];
  /// negative where there is padding, so that it counts in no loss.
  public let expected: [Int32]

  /// - Parameters:
  ///   - sources: token numbers as the encoder reads them.
  ///   - targets: token numbers without start and end tokens.
  public init(sources: [[Int]], targets: [[Int]], start: Int, end: Int, padding: Int = 0) {
    if sources.count != targets.count {
      fatalError(
        "TrainingBatch: expected as many sources as targets, found \(sources.count) sources and "
          + "\(targets.count) targets")
    }
    source = TokenBatch(sources, padding: padding)
    decoderInput = TokenBatch(targets.map { [start] + $0 }, padding: padding)
    let length = decoderInput.maximumLength
    var expected = [Int32](repeating: -1, count: targets.count * length)
    for (row, target) in targets.enumerated() {
      for (column, token) in (target + [end]).enumerated() {
        expected[row * length + column] = Int32(token)
      }
    }
    self.expected = expected
  }

  /// Real source tokens.
  public var sourceTokenCount: Int { source.tokenCount }
  /// Real target tokens, the end token included: what losses are normalised by.
  public var targetTokenCount: Int { decoderInput.tokenCount }

  private init(source: TokenBatch, decoderInput: TokenBatch, expected: [Int32]) {
    self.source = source
    self.decoderInput = decoderInput
    self.expected = expected
  }

  /// All pairs so many times, one round after the other.
  public func repeated(_ times: Int) -> TrainingBatch {
    if times == 1 { return self }
    return TrainingBatch(
      source: source.repeated(times), decoderInput: decoderInput.repeated(times),
      expected: Array(repeatElement(expected, count: times).joined()))
  }

  /// The same pairs in several batches, none of them empty, as even as possible.
  public func split(into parts: Int) -> [TrainingBatch] {
    let parts = min(parts, source.count)
    if parts <= 1 { return [self] }
    return (0..<parts).map { part in
      let rows = part * source.count / parts..<(part + 1) * source.count / parts
      let decoderInput = TokenBatch(rows.map { self.decoderInput[$0] })
      let (length, width) = (self.decoderInput.maximumLength, decoderInput.maximumLength)
      return TrainingBatch(
        source: TokenBatch(rows.map { source[$0] }), decoderInput: decoderInput,
        expected: rows.flatMap { expected[$0 * length..<$0 * length + width] })
    }
  }
}
