public import SequenceModels
internal import Tensors

/// Draws each token at random from the model's distribution, or from a sharper and shorter one.
///
/// The same seed gives the same outputs: each sentence has random numbers of its own, one for each step, so
/// its output does not depend on what else is in the batch.
public struct Sampler: Sendable {
  /// The token every target starts with.
  public let start: Int
  /// The token that ends a target.
  public let end: Int
  /// What random numbers follow from.
  public let seed: UInt64
  /// What tokens are drawn from.
  public let distribution: SamplingDistribution
  /// What outputs must keep to.
  public let constraints: DecodingConstraints

  /// The arguments are the properties.
  public init(
    start: Int, end: Int, seed: UInt64, distribution: SamplingDistribution = .init(),
    constraints: DecodingConstraints = .init()
  ) {
    self.start = start
    self.end = end
    self.seed = seed
    self.distribution = distribution
    self.constraints = constraints
  }

  /// An output for each of a batch of sources, in the same order. A source without tokens gives no tokens.
  ///
  /// - Parameters:
  ///   - sentenceNumbers: the number of each sentence, from which with ``seed`` its random numbers follow;
  ///     `nil`: 0, 1, 2 … For outputs that do not depend on how a text is cut into batches, give the line
  ///     numbers; for several outputs of one source, give it several times with different numbers.
  ///   - prefixes: the tokens that each output must begin with, one sequence for each source.
  /// - Throws: ``DecodingError``, and what the model throws on input that it cannot take.
  public func decode(
    _ sources: [[Int]], sentenceNumbers: [Int]? = nil, prefixes: [[Int]]? = nil,
    with model: some SequenceModel
  ) throws -> [Hypothesis] {
    try distribution.validate()
    if let sentenceNumbers, sentenceNumbers.count != sources.count {
      throw DecodingError.unequalCounts(
        expected: "sources", expectedCount: sources.count, found: "sentence numbers",
        foundCount: sentenceNumbers.count)
    }
    let request = try DecodingRequest(
      sources, prefixes: prefixes, start: start, end: end, constraints: constraints, model: model)
    var decoding = try SequentialDecoding(
      request, model: model, choice: distribution,
      seeds: (sentenceNumbers ?? Array(sources.indices)).map(seed(of:)))
    return try decoding.run()
  }

  /// The tokens of one output, each as soon as it is known: those of ``decode(_:sentenceNumbers:prefixes:with:)``
  /// for the same sentence number.
  public func stream<Model: SequenceModel>(
    _ source: [Int], sentenceNumber: Int = 0, prefix: [Int] = [], with model: Model
  ) throws -> TokenStream<Model> {
    try distribution.validate()
    let request = try DecodingRequest(
      [source], prefixes: [prefix], start: start, end: end, constraints: constraints, model: model)
    return TokenStream(
      request, model: model, choice: distribution, seed: seed(of: sentenceNumber))
  }

  private func seed(of number: Int) -> UInt64 {
    combineSeeds(seed, UInt64(truncatingIfNeeded: number))
  }
}
