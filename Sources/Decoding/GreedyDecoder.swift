public import SequenceModels

/// Takes the most probable token at each step, of equal ones the first.
///
/// Works on any ``SequenceModel``: the source is read once, each step reads one token for each unfinished
/// sentence, and finished sentences leave the batch.
public struct GreedyDecoder: Sendable {
  /// The token every target starts with.
  public let start: Int
  /// The token that ends a target.
  public let end: Int
  /// What outputs must keep to.
  public let constraints: DecodingConstraints

  /// An output and how probable the model holds it.
  public typealias Output = Hypothesis

  /// The arguments are the properties.
  public init(start: Int, end: Int, constraints: DecodingConstraints = .init()) {
    self.start = start
    self.end = end
    self.constraints = constraints
  }

  /// - Parameter maximumLength: how many tokens an output may have, the end token not counted, for a source
  ///   of the given length.
  public init(start: Int, end: Int, maximumLength: @escaping @Sendable (Int) -> Int) {
    self.init(start: start, end: end, constraints: .init(maximumLength: maximumLength))
  }

  /// The outputs for a batch of sources, in the same order. A source without tokens gives no tokens.
  ///
  /// - Parameter prefixes: the tokens that each output must begin with, one sequence for each source.
  /// - Throws: ``DecodingError``, and what the model throws on input that it cannot take.
  public func decode(
    _ sources: [[Int]], prefixes: [[Int]]? = nil, with model: some SequenceModel
  ) throws -> [Hypothesis] {
    let request = try DecodingRequest(
      sources, prefixes: prefixes, start: start, end: end, constraints: constraints, model: model)
    var decoding = try SequentialDecoding(
      request, model: model, choice: MostProbable(), seeds: sources.map { _ in 0 })
    return try decoding.run()
  }

  /// The tokens of one output, each as soon as it is known.
  ///
  /// - Throws: as ``decode(_:prefixes:with:)`` for what is wrong with the arguments.
  public func stream<Model: SequenceModel>(
    _ source: [Int], prefix: [Int] = [], with model: Model
  ) throws -> TokenStream<Model> {
    let request = try DecodingRequest(
      [source], prefixes: [prefix], start: start, end: end, constraints: constraints, model: model)
    return TokenStream(request, model: model, choice: MostProbable(), seed: 0)
  }
}

struct MostProbable: TokenChoice {
  func choose(from next: NextTokens, draw: Double) -> Candidate? { next.best(1).first }
}
