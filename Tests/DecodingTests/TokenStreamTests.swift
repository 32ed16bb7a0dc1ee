import AttentionKit
import TestSupport
import Testing

/// Streams give what decoding gives, and can be left.
@Suite struct TokenStreamTests {
  private let model = TableModel.random(vocabularySize: 7, seed: 5)
  private let constraints = DecodingConstraints(
    maximumLength: { _ in 9 }, minimumLength: 2, blockedNGramLength: 3)

  private func expectSame<Model: SequenceModel>(_ stream: TokenStream<Model>, _ output: Hypothesis)
    async throws
  {
    var tokens: [StreamedToken] = []
    for try await token in stream { tokens.append(token) }
    #expect(tokens.map(\.logProbability) == output.logProbabilities)
    #expect(tokens.filter { !$0.isEnd }.map(\.token) == output.tokens)
    #expect(tokens.last?.isEnd ?? false == output.isFinished)
    #expect(tokens.dropLast().allSatisfy { !$0.isEnd })
  }

  @Test func greedyStreamsAreGreedyOutputs() async throws {
    let decoder = GreedyDecoder(start: 0, end: 1, constraints: constraints)
    for source in [[2], [3, 4], [5, 5, 5], [6], []] {
      for prefix in [[], [4], [2, 2, 2]] {
        try await expectSame(
          decoder.stream(source, prefix: prefix, with: model),
          try decoder.decode([source], prefixes: [prefix], with: model)[0])
      }
    }
    let transformer = try TestModels.transformer(vocabularySize: 7, seed: 5)
    try await expectSame(
      decoder.stream([3, 4], with: transformer), decoder.decode([[3, 4]], with: transformer)[0])
  }

  @Test func sampledStreamsAreSampledOutputs() async throws {
    let sampler = Sampler(
      start: 0, end: 1, seed: 8, distribution: .init(topP: 0.9), constraints: constraints)
    let outputs = try sampler.decode(Array(repeating: [3, 4], count: 12), with: model)
    for (number, output) in outputs.enumerated() {
      let stream = try sampler.stream([3, 4], sentenceNumber: number, with: model)
      try await expectSame(stream, output)
      // Again from the beginning.
      try await expectSame(stream, output)
    }
  }

  @Test func nothingIsComputedThatNobodyAsksFor() async throws {
    let decoder = GreedyDecoder(start: 0, end: 1, maximumLength: { _ in 1_000_000 })
    let endless = TableModel.constant([0, -.infinity, 1])
    var count = 0
    for try await _ in try decoder.stream([2], with: endless) {
      count += 1
      if count == 5 { break }
    }
    #expect(endless.counter.steps == 5)
  }

  @Test @MainActor func anActorMayAsk() async throws {
    let decoder = GreedyDecoder(start: 0, end: 1, constraints: constraints)
    var tokens: [Int] = []
    for try await token in try decoder.stream([3], with: model) where !token.isEnd {
      tokens.append(token.token)
    }
    #expect(try tokens == decoder.decode([[3]], with: model)[0].tokens)
  }

  @Test(.timeLimit(.minutes(1))) func aCancelledTaskStops() async throws {
    let endless = TableModel.constant([0, -.infinity, 1])
    let task = Task {
      let decoder = GreedyDecoder(start: 0, end: 1, maximumLength: { _ in .max })
      for try await _ in try decoder.stream([2], with: endless) {}
    }
    while endless.counter.steps < 3 { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func nothingComesAfterAnError() async throws {
    let faulty = TableModel(vocabularySize: 3) { _, target in
      target.count < 3 ? [0, 0, 1] : [0, .nan, 1]
    }
    let stream = try GreedyDecoder(start: 0, end: 1).stream([2], with: faulty)
    var iterator = stream.makeAsyncIterator()
    #expect(try await iterator.next()?.token == 2)
    #expect(try await iterator.next()?.token == 2)
    await #expect(throws: DecodingError.invalidLogits(sentence: 0, position: 2)) {
      try await iterator.next()
    }
    #expect(try await iterator.next() == nil)
  }
}
