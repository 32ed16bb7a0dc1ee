import AttentionKit
import Foundation
import TestSupport
import Testing

/// Several models that decide together.
@Suite struct EnsembleTests {
  private let sources = [[2, 3], [4], [5, 6, 5, 2, 3]]
  private let targets = [[5, 2, 2], [], [3]]

  private func members() throws -> [any SequenceModel] {
    [
      try TestModels.transformer(vocabularySize: 7, seed: 1),
      try TestModels.lstm(vocabularySize: 7, seed: 2),
      try TestModels.transformer(vocabularySize: 7, seed: 3),
    ]
  }

  private func probabilities(
    _ model: some SequenceModel, _ source: [Int], _ target: [Int]
  ) throws -> [Double] {
    let logits = try model.logits(TokenBatch([source]), TokenBatch([target]), in: .inference())
    return Oracle.softmax(logits.value.scalars.map(Double.init), columns: 7)
  }

  @Test func probabilitiesAreTheNormalisedGeometricMean() throws {
    let members = try members()
    let ensemble = try Ensemble(members)
    for (source, target) in zip(sources, targets) {
      let each = try members.map { try probabilities($0, source, [0] + target) }
      let together = try probabilities(ensemble, source, [0] + target)
      for row in 0...target.count {
        let columns = row * 7..<(row + 1) * 7
        let product = columns.map { column in
          pow(each.reduce(1) { $0 * $1[column] }, 1 / Double(each.count))
        }
        let sum = product.reduce(0, +)
        for (column, value) in zip(columns, product) {
          #expect(abs(together[column] - value / sum) < 1e-6)
        }
      }
    }
  }

  /// Steps of a batch that is reordered, shortened and repeated are the rows of the pass over whole targets.
  @Test func stepsAreThePassOverWholeTargets() throws {
    let ensemble = try Ensemble(members())
    var state = ensemble.startState(try ensemble.encode(TokenBatch(sources), in: .inference()))
    #expect(state.count == 3)
    _ = try ensemble.step([0, 0, 0], &state)
    state.select(rows: [2, 0, 2])
    let second = try ensemble.step([5, 4, 6], &state)
    let read = [(sources[2], 5), (sources[0], 4), (sources[2], 6)]
    for (row, (source, token)) in read.enumerated() {
      let whole = try ensemble.logits(
        TokenBatch([source]), TokenBatch([[0, token]]), in: .inference())
      let found = second.scalars[row * 7..<(row + 1) * 7]
      for (a, b) in zip(found, whole.value.scalars[7...]) { #expect(abs(a - b) < 1e-5) }
    }
    state.select(rows: [1])
    #expect(state.count == 1)
  }

  @Test func oneModelOrThatModelTwiceChangesNothing() throws {
    let model = try TestModels.transformer(vocabularySize: 7, seed: 4)
    let search = BeamSearch(start: 0, end: 1, beamSize: 3, resultCount: 3)
    let alone = try search.decode(sources, with: model)
    for count in [1, 2] {
      let ensemble = try Ensemble(Array(repeating: model, count: count))
      #expect(try search.decode(sources, with: ensemble) == alone)
    }
  }

  @Test func theLossIsThatOfWhatTheySayTogether() throws {
    let ensemble = try Ensemble(members())
    let batch = TrainingBatch(sources: sources, targets: targets, start: 0, end: 1)
    let scored = try SequenceScorer(start: 0, end: 1).score(
      targets, given: sources, with: ensemble)
    let found = try evaluateLoss(ensemble, on: [batch])
    #expect(found.tokenCount == 7)
    let sum = scored.reduce(0) { $0 + Double($1.score) }
    #expect(abs(found.negativeLogLikelihood + sum) < 1e-4)
    // It can be trained, too: every member's parameters have a gradient.
    let step = try GradientStep(ensemble, batch, labelSmoothing: 0.1, seed: 1, step: 1)
    for item in ensemble.parameters {
      #expect(step.gradients[item.parameter] != nil, "\(item.path)")
    }
    #expect(ensemble.parameters.contains { $0.path.hasPrefix("models.1.") })
  }

  @Test func membersHaveTheSameTokens() throws {
    let models = [7, 8].map { TableModel.random(vocabularySize: $0, seed: 1) }
    #expect(throws: SequenceModelError.unequalVocabularies(side: "source", first: 7, other: 8)) {
      try Ensemble(models)
    }
  }

  @Test func theShortestLimitCounts() throws {
    let short = try TestModels.transformer(vocabularySize: 7, seed: 1)
    #expect(try Ensemble([TestModels.lstm(vocabularySize: 7, seed: 1), short]).maximumLength == 40)
    #expect(try Ensemble([TestModels.lstm(vocabularySize: 7, seed: 1)]).maximumLength == nil)
  }
}
