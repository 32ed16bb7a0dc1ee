import AttentionKit
import TestSupport
import Testing

/// Greedy search over models small enough to be checked by the full pass.
@Suite struct GreedyDecoderTests {
  private let sources = [[4, 5, 6], [7], [8, 9, 10, 4, 5, 5, 6], [4, 5], [9, 9, 9, 9]]
  private let decoder = GreedyDecoder(start: 2, end: 3, maximumLength: { $0 + 6 })

  /// Takes the best token of the last position of a full pass, one sentence at a time.
  private func decodeWithoutCache(_ source: [Int], _ model: some SequenceModel) throws
    -> (tokens: [Int], isFinished: Bool)
  {
    var tokens: [Int] = []
    while tokens.count < source.count + 6 {
      let prefix = TokenBatch([[2] + tokens])
      let logits = try model.logits(TokenBatch([source]), prefix, in: .inference()).value
      let last = Array(logits.scalars.suffix(logits.shape.last))
      let best = last.indices.max { last[$0] < last[$1] }!
      if best == 3 { return (tokens, true) }
      tokens.append(best)
    }
    return (tokens, false)
  }

  @Test func theCacheGivesWhatFullPassesGive() throws {
    let model = try TestModels.transformer(vocabularySize: 11, seed: 5)
    for (source, output) in zip(sources, try decoder.decode(sources, with: model)) {
      let expected = try decodeWithoutCache(source, model)
      #expect(output.tokens == expected.tokens)
      #expect(output.isFinished == expected.isFinished)
    }
  }

  @Test func aRecurrentModelDecodesTheSameWay() throws {
    let model = try TestModels.lstm(vocabularySize: 11, seed: 3)
    for (source, output) in zip(sources, try decoder.decode(sources, with: model)) {
      let expected = try decodeWithoutCache(source, model)
      #expect(output.tokens == expected.tokens)
      #expect(output.isFinished == expected.isFinished)
    }
  }

  @Test func anOutputDoesNotDependOnItsBatch() throws {
    let model = try TestModels.transformer(vocabularySize: 11, seed: 5)
    let together = try decoder.decode(sources, with: model)
    let reversed = try decoder.decode(sources.reversed(), with: model)
    for (index, source) in sources.enumerated() {
      let alone = try decoder.decode([source], with: model)[0]
      #expect(alone.tokens == together[index].tokens)
      #expect(alone.tokens == reversed[sources.count - 1 - index].tokens)
      #expect(abs(alone.score - together[index].score) < 1e-4)
    }
  }

  @Test func theScoreIsTheTeacherForcedLogProbability() throws {
    let model = try TestModels.transformer(vocabularySize: 11, seed: 5)
    for (source, output) in zip(sources, try decoder.decode(sources, with: model)) {
      let read = output.isFinished ? output.tokens : Array(output.tokens.dropLast())
      let expected = output.tokens + (output.isFinished ? [3] : [])
      let logits = try model.logits(
        TokenBatch([source]), TokenBatch([[2] + read]), in: .inference())
      let loss = crossEntropy(logits, expected: expected.map(Int32.init), normalizer: 1)
      #expect(abs(loss.value.scalar + output.score) < 1e-3)
    }
  }

  @Test func lengthIsLimitedByTheArgumentAndTheModel() throws {
    let model = try TestModels.transformer(vocabularySize: 11, seed: 5)
    let short = GreedyDecoder(start: 2, end: 3, maximumLength: { _ in 2 })
    for output in try short.decode(sources, with: model) { #expect(output.tokens.count <= 2) }
    let long = GreedyDecoder(start: 2, end: 3, maximumLength: { _ in 1000 })
    for output in try long.decode(sources, with: model) { #expect(output.tokens.count <= 40) }
  }

  @Test func emptyInputGivesEmptyOutput() throws {
    let model = try TestModels.transformer(vocabularySize: 11, seed: 5)
    #expect(try decoder.decode([], with: model).isEmpty)
    let outputs = try decoder.decode([[], [4, 5]], with: model)
    #expect(outputs[0] == GreedyDecoder.Output())
    #expect(!outputs[1].logProbabilities.isEmpty)
  }

  @Test func tokensOutsideTheVocabularyAreRefused() throws {
    let model = try TestModels.transformer(vocabularySize: 11, seed: 5)
    #expect(throws: SequenceModelError.self) { try decoder.decode([[4, 11]], with: model) }
  }
}
