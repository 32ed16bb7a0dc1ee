import AttentionKit
import Foundation
import TestSupport
import Testing

/// Forced decoding against one step after the other.
@Suite struct SequenceScorerTests {
  private let sources = [[2, 3], [4], [5, 6, 5, 2, 3], [6, 6, 2]]
  private let targets = [[5, 2, 2], [], [3], [4, 4, 0, 6, 2, 3]]

  /// The log-probabilities of a target and its end by the decoder's steps.
  private func stepwise<Model: SequenceModel>(_ model: Model, _ source: [Int], _ target: [Int])
    throws -> [Double]
  {
    let memory = try model.encode(TokenBatch([source]), in: .inference())
    var state = model.startState(memory)
    return try zip([0] + target, target + [1]).map { read, expected in
      let logits = try model.step([read], &state).scalars.map(Double.init)
      return log(Oracle.softmax(logits, columns: logits.count)[expected])
    }
  }

  private func check(_ model: some SequenceModel) throws {
    for limit in [1 << 25, 60, 1] {
      let scorer = SequenceScorer(start: 0, end: 1, lengthPenalty: .average, logitLimit: limit)
      let scored = try scorer.score(targets, given: sources, with: model)
      #expect(scored.map(\.tokens) == targets)
      for (index, hypothesis) in scored.enumerated() {
        let expected = try stepwise(model, sources[index], targets[index])
        #expect(hypothesis.logProbabilities.count == expected.count)
        for (a, b) in zip(hypothesis.logProbabilities, expected) {
          #expect(abs(Double(a) - b) < 1e-5)
        }
        let total = expected.reduce(0, +)
        #expect(abs(Double(hypothesis.score) - total) < 1e-4)
        let mean = total / Double(expected.count)
        #expect(abs(Double(hypothesis.normalizedScore) - mean) < 1e-4)
        #expect(hypothesis.isFinished)
      }
    }
  }

  @Test func scoresAreThoseOfSteps() throws {
    try check(TableModel.random(vocabularySize: 7, seed: 1))
    try check(TestModels.transformer(vocabularySize: 7, seed: 1))
    try check(TestModels.lstm(vocabularySize: 7, seed: 1))
  }

  @Test func scoresAreMinusTheTrainingLoss() throws {
    let model = try TestModels.transformer(vocabularySize: 7, seed: 3)
    let scored = try SequenceScorer(start: 0, end: 1).score(targets, given: sources, with: model)
    let loss = try model.loss(
      TrainingBatch(sources: sources, targets: targets, start: 0, end: 1), labelSmoothing: 0.1,
      normalizer: 1, in: .inference())
    let total = scored.reduce(0) { $0 + Double($1.score) }
    #expect(abs(total + loss.negativeLogLikelihood) < 1e-3)
  }

  @Test(arguments: BeamSearchTests.penalties) func scoresAreThoseOfSearch(
    _ penalty: LengthPenalty
  ) throws {
    func check(_ model: some SequenceModel) throws {
      let lists = try BeamSearch(
        start: 0, end: 1, beamSize: 5, resultCount: 5, lengthPenalty: penalty
      ).decode(sources, with: model)
      for (source, list) in zip(sources, lists) {
        let finished = list.filter { $0.isFinished }
        #expect(!finished.isEmpty)
        let scored = try SequenceScorer(start: 0, end: 1, lengthPenalty: penalty).score(
          finished.map(\.tokens), given: finished.map { _ in source }, with: model)
        for (a, b) in zip(finished, scored) {
          #expect(abs(a.score - b.score) < 1e-3)
          #expect(abs(a.normalizedScore - b.normalizedScore) < 1e-3)
        }
      }
    }
    try check(TableModel.random(vocabularySize: 7, seed: 8))
    try check(TestModels.transformer(vocabularySize: 7, seed: 8))
    try check(TestModels.lstm(vocabularySize: 7, seed: 8))
  }

  @Test func theProbabilitiesOfAllTargetsSumToOne() throws {
    // Every output of at most 3 tokens, or its first 4.
    let model = TableModel.random(vocabularySize: 4, seed: 6)
    let all = ExhaustiveSearch(start: 0, end: 1, limit: 4).results { model.table([2], $0) }
    let finished = all.filter(\.isFinished).map(\.tokens)
    let scored = try SequenceScorer(start: 0, end: 1)
      .score(finished, given: finished.map { _ in [2] }, with: model)
    let rest = all.filter { !$0.isFinished }.reduce(0) { $0 + exp($1.score) }
    #expect(abs(scored.reduce(0) { $0 + exp(Double($1.score)) } + rest - 1) < 1e-5)
  }

  @Test func impossibleTokensHaveProbabilityZero() throws {
    let model = TableModel.constant([0, 1, -.infinity, 2])
    let scored = try SequenceScorer(start: 0, end: 1)
      .score([[2], [3]], given: [[2], [2]], with: model)
    #expect(scored[0].score == -.infinity)
    #expect(scored[0].logProbabilities[0] == -.infinity)
    #expect(scored[1].score.isFinite)
  }
}
