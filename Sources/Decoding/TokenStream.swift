public import SequenceModels

/// A token of an output while it is being written.
public struct StreamedToken: Sendable, Equatable {
  /// The token's number.
  public let token: Int
  /// log p of the token given those before it.
  public let logProbability: Float
  /// Whether this is the end token, the last of a finished output.
  public let isEnd: Bool
}

/// The tokens of one output, each as soon as it is known. The end token comes too; an output without one
/// reached its limit.
///
/// Each step is computed when the next token is asked for, on the actor that asks, which others can use
/// between steps. Whoever must not be held up for the time of a step iterates in a task of its own. Asking in
/// a cancelled task throws `CancellationError`; a loop that is left computes nothing more. Every iterator
/// begins anew and gives the same tokens.
public struct TokenStream<Model: SequenceModel>: AsyncSequence {
  /// A token.
  public typealias Element = StreamedToken

  private let request: DecodingRequest
  private let model: Model
  private let choice: any TokenChoice
  private let seed: UInt64

  init(_ request: DecodingRequest, model: Model, choice: some TokenChoice, seed: UInt64) {
    self.request = request
    self.model = model
    self.choice = choice
    self.seed = seed
  }

  /// Begins with the first token.
  public func makeAsyncIterator() -> Iterator {
    func step<Choice: TokenChoice>(with choice: Choice) -> () throws -> Candidate? {
      var decoding: SequentialDecoding<Model, Choice>?
      return {
        var current =
          try decoding
          ?? SequentialDecoding(request, model: model, choice: choice, seeds: [seed])
        // The only reference, so that the model can write into its caches in place.
        decoding = nil
        let chosen = current.active.isEmpty ? nil : try current.step()[0]
        decoding = current
        return chosen
      }
    }
    return Iterator(end: request.rules.end, step: step(with: choice))
  }

  /// Computes a token at a time.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let end: Int
    /// `nil` after the last token or an error.
    fileprivate var step: (() throws -> Candidate?)?

    /// The next token; `nil` after the last.
    ///
    /// - Throws: `CancellationError`, ``DecodingError``, and what the model throws on input that it cannot
    ///   take. After an error there are no more tokens.
    public mutating func next(
      isolation actor: isolated (any Actor)? = #isolation
    ) async throws -> StreamedToken? {
      guard let step else { return nil }
      self.step = nil
      try Task.checkCancellation()
      await Task.yield()
      try Task.checkCancellation()
      guard let chosen = try step() else { return nil }
      if chosen.token != end { self.step = step }
      return StreamedToken(
        token: chosen.token, logProbability: chosen.logProbability, isEnd: chosen.token == end)
    }

    /// As ``next(isolation:)``.
    public mutating func next() async throws -> StreamedToken? { try await next(isolation: nil) }
  }
}
