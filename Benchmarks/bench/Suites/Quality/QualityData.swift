import AttentionKit

/// What the models of the quality suite learn: batches in a fixed order, the same for all, and pairs that are never
/// among them.
struct QualityData {
  let sourceVocabularySize: Int
  let targetVocabularySize: Int
  let heldOut: [TokenPair]
  /// What it is, for the report.
  let description: String
  /// The batch with a number; there is no last one.
  let batch: (Int) throws -> TrainingBatch

  static func batch(_ pairs: [TokenPair]) -> TrainingBatch {
    TrainingBatch(
      sources: pairs.map(\.source), targets: pairs.map(\.target), start: SpecialTokens.start,
      end: SpecialTokens.end)
  }

  /// New pairs in every batch, so that nothing can be learned by heart.
  init(_ task: RewritingTask, batchSize: Int, heldOutCount: Int, seed: UInt64) {
    var generator = SeededGenerator(seed: combineSeeds(seed, 1))
    let heldOut = (0..<heldOutCount).map { _ in task.pair(using: &generator) }
    let forbidden = Set(heldOut)
    sourceVocabularySize = task.vocabularySize
    targetVocabularySize = task.vocabularySize
    self.heldOut = heldOut
    description =
      "built-in: the source backwards, a symbol raised by one where its left neighbour is odd; "
      + "\(task.symbolCount) symbols, lengths \(task.lengths.lowerBound) to "
      + "\(task.lengths.upperBound), \(batchSize) new pairs a batch, \(heldOutCount) held out"
    batch = { number in
      var generator = SeededGenerator(seed: combineSeeds(seed, 2, UInt64(number)))
      var pairs: [TokenPair] = []
      while pairs.count < batchSize {
        let pair = task.pair(using: &generator)
        if !forbidden.contains(pair) { pairs.append(pair) }
      }
      return Self.batch(pairs)
    }
  }

  /// Pairs from files. A side of which most texts have no white space is read by characters, any other by words.
  ///
  /// - Throws: `TextFileError`, and `SuiteError` where there is too little.
  init(_ files: CorpusFiles, tokenBudget: Int, heldOutCount: Int, seed: UInt64) throws {
    let corpus = try ParallelCorpus(files)
    let share = min(0.1, Double(heldOutCount) / Double(max(1, corpus.count)))
    let (training, rest) = corpus.split(holdOutShare: share, seed: seed)
    func tokenizer(_ side: KeyPath<TextPair, String>) -> any Tokenizer {
      let words = corpus.pairs.count { WordTokenizer().encode($0[keyPath: side]).count > 1 }
      return 2 * words >= corpus.count ? WordTokenizer() : CharacterTokenizer()
    }
    let (sourceTokenizer, targetTokenizer) = (tokenizer(\.source), tokenizer(\.target))
    let sources = Vocabulary(
      counting: training.pairs.lazy.map { sourceTokenizer.encode($0.source) },
      limit: Self.vocabularyLimit)
    let targets = Vocabulary(
      counting: training.pairs.lazy.map { targetTokenizer.encode($0.target) },
      limit: Self.vocabularyLimit)
    func encode(_ corpus: ParallelCorpus) -> [TokenPair] {
      corpus.pairs.map {
        TokenPair(
          source: sources.encode(sourceTokenizer.encode($0.source)),
          target: targets.encode(targetTokenizer.encode($0.target)))
      }.filter {
        max($0.source.count, $0.target.count + 1) <= Self.lengthLimit && !$0.source.isEmpty
      }
    }
    let (pairs, held) = (encode(training), Array(encode(rest).prefix(heldOutCount)))
    guard pairs.count >= 100, held.count >= 10 else {
      throw SuiteError(
        "the quality suite needs at least 100 pairs of at most \(Self.lengthLimit) tokens to train on and 10 "
          + "to hold out, found \(pairs.count) and \(held.count)")
    }
    let batches = try LengthBucketedBatches(pairs, tokenBudget: tokenBudget, seed: seed)
    sourceVocabularySize = sources.count
    targetVocabularySize = targets.count
    heldOut = held
    description =
      "given: \(pairs.count) pairs to train on, \(held.count) with other sources held out, of at most "
      + "\(Self.lengthLimit) tokens; vocabularies of \(sources.count) and \(targets.count); at most "
      + "\(tokenBudget) tokens a batch on each side"
    var epoch = 0
    var (first, order) = (0, batches.batchIndices(epoch: 0))
    batch = { number in
      // Models ask for nearby batches, so that few epochs are ordered twice.
      while number < first {
        epoch -= 1
        order = batches.batchIndices(epoch: epoch)
        first -= order.count
      }
      while number >= first + order.count {
        first += order.count
        epoch += 1
        order = batches.batchIndices(epoch: epoch)
      }
      return Self.batch(order[number - first].map { pairs[$0] })
    }
  }

  private static let vocabularyLimit = 8000
  private static let lengthLimit = 50
}
