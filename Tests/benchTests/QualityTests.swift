#if DEBUG
  import AttentionKit
  import BenchmarkKit
  import Foundation
  import TestSupport
  import Testing

  @testable import bench

  @Suite struct QualityTests {
    let task = RewritingTask(symbolCount: 5, lengths: 2...4)

    @Test(arguments: [
      ([], []), ([3], [3]), ([1, 3], [4, 1]), ([2, 3], [3, 2]), ([3, 4, 4], [4, 0, 3]),
    ])
    func answersFollowTheRule(source: [Int], answer: [Int]) {
      #expect(task.answer(to: source) == answer)
    }

    @Test func pairsAreAnswersOfTheirLengths() {
      var generator = SeededGenerator(seed: 1)
      var lengths: Set<Int> = []
      for _ in 0..<200 {
        let pair = task.pair(using: &generator)
        lengths.insert(pair.source.count)
        #expect(pair.source.allSatisfy { (4..<9).contains($0) })
        #expect(pair.target == task.answer(to: pair.source.map { $0 - 4 }).map { $0 + 4 })
      }
      #expect(lengths == [2, 3, 4])
      #expect(task.vocabularySize == 9)
    }

    @Test func heldOutPairsAreInNoBatch() throws {
      let data = QualityData(task, batchSize: 32, heldOutCount: 20, seed: 3)
      #expect(data.heldOut.count == 20)
      let heldOut = Set(data.heldOut.map(\.source))
      for number in 0..<20 {
        let batch = try data.batch(number)
        #expect(batch.source.count == 32)
        for row in 0..<32 { #expect(!heldOut.contains(batch.source[row])) }
      }
      let again = QualityData(task, batchSize: 32, heldOutCount: 20, seed: 3)
      #expect(again.heldOut == data.heldOut)
      #expect(try again.batch(7).source == data.batch(7).source)
      #expect(try data.batch(7).source != data.batch(8).source)
    }

    @Test func filesAreReadByCharactersOrWords() throws {
      let folder = try TemporaryFolder()
      let path = folder.path + "/pairs.tsv"
      let lines = (0..<400).map { "w\($0)\tA\($0 % 7) B C\($0 % 3)\n" }
      try lines.joined().write(toFile: path, atomically: true, encoding: .utf8)
      let data = try QualityData(.tsv(path), tokenBudget: 40, heldOutCount: 30, seed: 3)
      // w and ten digits; seven, one and three words; four special tokens each.
      #expect(data.sourceVocabularySize == 15 && data.targetVocabularySize == 15)
      #expect((10...30).contains(data.heldOut.count))
      let forward = try (0..<60).map { try data.batch($0).source }
      #expect(forward.allSatisfy { $0.count * $0.maximumLength <= 40 })
      // Learners ask in turns, so the numbers go back and forth.
      #expect(try data.batch(3).source == forward[3])
      #expect(try data.batch(59).source == forward[59])
      let heldOut = Set(data.heldOut.map(\.source))
      for batch in forward {
        for row in 0..<batch.count { #expect(!heldOut.contains(batch[row])) }
      }
    }

    @Test func tooFewPairsAndNoFileAreSaid() throws {
      let folder = try TemporaryFolder()
      let path = folder.path + "/pairs.tsv"
      try "a\tb\nc\td\n".write(toFile: path, atomically: true, encoding: .utf8)
      let error = #expect(throws: SuiteError.self) {
        try QualityData(.tsv(path), tokenBudget: 40, heldOutCount: 30, seed: 3)
      }
      #expect(error?.description.contains("at least 100 pairs") == true)
      #expect(throws: TextFileError.self) {
        try QualityData(.tsv(path + "no"), tokenBudget: 40, heldOutCount: 30, seed: 3)
      }
    }

    @Test func learnersLearnForTheirBudget() throws {
      let data = QualityData(task, batchSize: 16, heldOutCount: 20, seed: 3)
      let learner = ModelLearner(
        "a",
        try RecurrentModel(
          RecurrentConfiguration(vocabularySize: 9, modelDimension: 12), seed: 1), data,
        budget: 1, peakRate: 1e-2, seed: 1)
      try learner.check()
      let before = try learner.heldOutLoss()
      var stops = 0
      try learner.train(until: 1) {
        stops += 1
        return stops > 2
      }
      #expect(learner.steps.count == 2)
      try learner.train(until: 1, shouldStop: { false })
      #expect(learner.seconds >= 1)
      #expect(learner.seconds < 1 + (learner.steps.max() ?? 0))
      #expect(abs(learner.steps.reduce(0, +) - learner.seconds) < 1e-6)
      #expect(learner.tokenCount > learner.steps.count * 16 * 3)
      #expect(try learner.heldOutLoss() < before)
      #expect((0...1).contains(try learner.exactMatchShare()))
    }

    @Test func theTimeToALossIsBetweenEvaluations() throws {
      let data = QualityData(task, batchSize: 16, heldOutCount: 2, seed: 3)
      let learner = ModelLearner(
        "a", try RecurrentModel(RecurrentConfiguration(vocabularySize: 9, modelDimension: 4)),
        data, budget: 1, peakRate: 1, seed: 1)
      var curve = QualityCurve(learner: learner)
      curve.points = [(0, 3), (1, 2), (3, 1), (4, 1.5)].map {
        QualityCurve.Point(seconds: $0.0, loss: $0.1)
      }
      #expect(curve.seconds(toLoss: 3) == 0)
      #expect(curve.seconds(toLoss: 1.5) == 2)
      #expect(curve.seconds(toLoss: 1) == 3)
      #expect(curve.seconds(toLoss: 0.9) == nil)
      #expect(curve.result(number: 1).hole != nil)
    }
  }
#endif
