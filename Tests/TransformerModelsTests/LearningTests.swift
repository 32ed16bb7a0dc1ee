import AttentionKit
import Foundation
import TestSupport
import Testing

/// A Transformer learns what it should: every held-out sequence right, in less than a minute of a machine that does
/// nothing else.
@Suite struct LearningTests {
  @Test(
    .enabled(if: isReleaseBuild, "training is for release builds"), .timeLimit(.minutes(5)),
    arguments: [SyntheticTask.copy, .reverse])
  func aSmallModelLearnsToCopyAndToReverse(task: SyntheticTask) throws {
    let begin = threadSeconds()
    let vocabulary = SyntheticTask.vocabulary(symbolCount: 10)
    let corpus = task.corpus(count: 20_000, symbolCount: 10, lengths: 1...9, seed: 1)
    let (training, heldOut) = corpus.split(holdOutShare: 0.03, seed: 1)
    #expect(heldOut.count > 300)
    func encoded(_ corpus: ParallelCorpus) -> [TokenPair] {
      corpus.encoded(
        source: WordTokenizer(), vocabulary, target: WordTokenizer(), vocabulary)
    }

    var configuration = TransformerConfiguration.tiny(vocabularySize: vocabulary.count)
    configuration.resize(modelDimension: 64, feedForwardDimension: 128, headCount: 4)
    configuration.dropoutRate = 0
    let model = try Transformer(configuration, seed: 1)
    let batches = try LengthBucketedBatches(
      encoded(training), tokenBudget: 1024, pairLimit: 64, bucketWidth: 3, seed: 1)
    let adam = Adam(model.parameters)
    let steps = 1500
    let schedule = LearningRateSchedule(.cosine, rate: 0.002, warmupSteps: 200)
    var stream = try batches.stream(from: BatchPosition())
    for step in 1...steps {
      let next = stream.next()
      let pairs = try #require(next)
      let batch = TrainingBatch(
        sources: pairs.sources, targets: pairs.targets, start: vocabulary.startID,
        end: vocabulary.endID)
      let result = try GradientStep(model, batch, labelSmoothing: 0.1, seed: 1, step: step)
      _ = adam.update(
        result.gradients,
        learningRate: schedule.rate(at: step, modelDimension: 64, totalSteps: steps),
        maximumNorm: 1)
    }

    let decoder = GreedyDecoder(start: vocabulary.startID, end: vocabulary.endID)
    var exact = ExactMatch()
    let pairs = encoded(heldOut)
    for (pair, output) in zip(pairs, try decoder.decode(pairs.map(\.source), with: model)) {
      exact.add(hypothesis: output.tokens, references: [pair.target])
    }
    #expect(exact.accuracy == 1, "\(exact.count - exact.matchCount) of \(exact.count) are wrong")
    #expect(threadSeconds() - begin < 60)
  }

  /// Processor time of this thread, which does a share of every operation and waits for the others' shares. The tests
  /// beside this one and the machine's other work leave it alone.
  private func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
