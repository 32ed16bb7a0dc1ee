import AttentionKit

/// Scores of a model on held-out pairs.
struct Validator {
  /// Decoding takes longer than scoring, so only so many sources are decoded.
  private static let decodedLimit = 1000
  private let batches: [TrainingBatch]
  private let sources: [[Int]]
  private let references: [[[Int]]]
  private let referenceTexts: [[String]]
  private let codec: Codec
  /// Held-out pairs that are longer than the model can take, and left out.
  let longPairCount: Int

  /// - Parameter encoded: the corpus as numbers.
  init(_ corpus: ParallelCorpus, encoded: [TokenPair], codec: Codec, lengthLimit: Int) {
    let kept = encoded.indices.filter {
      encoded[$0].source.count <= lengthLimit && encoded[$0].target.count < lengthLimit
    }
    longPairCount = encoded.count - kept.count
    batches = codec.batches(kept.map { encoded[$0] }, size: 64)
    let groups = ParallelCorpus(kept.map { corpus.pairs[$0] }).indicesBySource()
      .prefix(Self.decodedLimit).map { group in group.map { kept[$0] } }
    sources = groups.map { encoded[$0[0]].source }
    references = groups.map { group in group.map { encoded[$0].target } }
    referenceTexts = groups.map { group in group.map { corpus.pairs[$0].target } }
    self.codec = codec
  }

  func scores(of model: some SequenceModel) throws -> [ValidationScore] {
    if batches.isEmpty { return [] }
    let loss = try evaluateLoss(model, on: batches)
    let perplexity = Perplexity(
      negativeLogLikelihood: loss.negativeLogLikelihood, tokenCount: loss.tokenCount)
    let (errorRate, bleu) = try decodedScores(of: model)
    // The first decides which model is best: perplexity is less noisy than errors, and falls from the start.
    return [
      ValidationScore("perplexity", perplexity.value ?? .infinity),
      ValidationScore("sequenceErrorRate", errorRate),
      ValidationScore("bleu", bleu, higherIsBetter: true),
    ]
  }

  /// The error rate and BLEU of greedy outputs; the worst where a model that has diverged has none.
  private func decodedScores(of model: some SequenceModel) throws -> (
    errorRate: Double, bleu: Double
  ) {
    var exact = ExactMatch()
    let metric = BLEU()
    var statistics = metric.emptyStatistics
    let decoder = GreedyDecoder(
      start: codec.targetVocabulary.startID, end: codec.targetVocabulary.endID)
    do {
      for rows in SourceBatches(sourceLimit: 256, tokenLimit: 8192).batches(sources.map(\.count)) {
        let outputs = try decoder.decode(rows.map { sources[$0] }, with: model)
        for (row, output) in zip(rows, outputs) {
          exact.add(hypothesis: output.tokens, references: references[row])
          statistics += metric.statistics(
            hypothesis: codec.decodeTarget(output.tokens), references: referenceTexts[row])
        }
      }
    } catch DecodingError.invalidLogits {
      return (1, 0)
    }
    return (exact.errorRate ?? 1, metric.score(of: statistics).value)
  }
}
