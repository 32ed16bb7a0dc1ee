internal import Autograd
internal import CKernels
internal import Kernels
public import SequenceModels
internal import Tensors

/// How probable a model holds given targets: forced decoding, all positions of a target at once.
public struct SequenceScorer: Sendable {
  /// The token every target starts with.
  public let start: Int
  /// The token that ends a target.
  public let end: Int
  /// How ``Hypothesis/normalizedScore`` follows from the log-probability.
  public let lengthPenalty: LengthPenalty
  /// How many logits may exist at a time; more targets are scored part by part, one at a time at least.
  public let logitLimit: Int

  /// The arguments are the properties. By default, logits take at most 128 MiB.
  public init(
    start: Int, end: Int, lengthPenalty: LengthPenalty = .none, logitLimit: Int = 1 << 25
  ) {
    self.start = start
    self.end = end
    self.lengthPenalty = lengthPenalty
    self.logitLimit = logitLimit
  }

  /// The given targets as hypotheses, finished, with the log-probabilities of their tokens and of the end
  /// token.
  ///
  /// - Parameters:
  ///   - targets: one for each source, without start and end tokens; may be empty.
  ///   - sources: none of them empty.
  /// - Throws: ``DecodingError``, and what the model throws on input that it cannot take.
  public func score(
    _ targets: [[Int]], given sources: [[Int]], with model: some SequenceModel
  ) throws -> [Hypothesis] {
    let vocabularySize = model.targetVocabularySize
    try lengthPenalty.validate()
    try DecodingRequest.check(start: start, end: end, vocabularySize: vocabularySize)
    try DecodingRequest.check(
      targets, "targets", sources, end: end, vocabularySize: vocabularySize)
    if let empty = sources.firstIndex(where: \.isEmpty) {
      throw DecodingError.emptySource(sentence: empty)
    }

    var hypotheses: [Hypothesis] = []
    while hypotheses.count < sources.count {
      let first = hypotheses.count
      let count = partCount(targets[first...], vocabularySize: vocabularySize)
      hypotheses += try scorePart(first..<first + count, targets, sources, model)
    }
    return hypotheses
  }

  /// How many of the next targets may be scored together, at least 1.
  private func partCount(_ targets: ArraySlice<[Int]>, vocabularySize: Int) -> Int {
    var (count, longest) = (0, 0)
    for target in targets {
      longest = max(longest, target.count + 1)
      if count > 0 && (count + 1) * longest * vocabularySize > logitLimit { break }
      count += 1
    }
    return count
  }

  private func scorePart(
    _ part: Range<Int>, _ targets: [[Int]], _ sources: [[Int]], _ model: some SequenceModel
  ) throws -> [Hypothesis] {
    let batch = TrainingBatch(
      sources: Array(sources[part]), targets: Array(targets[part]), start: start, end: end)
    var logits = try model.logits(batch.source, batch.decoderInput, in: .inference()).value
    let (length, width) = (batch.decoderInput.maximumLength, logits.shape.last)
    if logits.count != batch.expected.count * width {
      stopOnShapes(
        "SequenceScorer", "logits [\(part.count), \(length), vocabulary]", logits.shape)
    }
    let losses = Self.negativeLogLikelihoods(&logits, batch.expected)
    return try part.enumerated().map { row, sentence in
      var path = Hypothesis.Path()
      for (position, token) in (targets[sentence] + [end]).enumerated() {
        let loss = losses[row * length + position]
        // An impossible token has the log-probability -∞; NaN comes from logits that are no distribution.
        if loss.isNaN { throw DecodingError.invalidLogits(sentence: sentence, position: position) }
        let candidate = Candidate(token: token, logProbability: min(0, -loss))
        if position < targets[sentence].count {
          path.append(candidate)
        } else {
          path.end(candidate)
        }
      }
      return Hypothesis(path, isFinished: true, penalty: lengthPenalty)
    }
  }

  private static func negativeLogLikelihoods(_ logits: inout Tensor, _ expected: [Int32])
    -> [Float]
  {
    let width = logits.shape.last
    let values = logits.mutablePointer
    return BufferPool.withScratch(2 * expected.count) { losses in
      expected.withUnsafeBufferPointer { expected in
        ThreadPool.forEachRange(of: expected.count, grain: max(1, (1 << 14) / width)) { range in
          let row = range.lowerBound
          VectorKernels.active.cross_entropy_rows(
            values + row * width, width, range.count, width, expected.baseAddress! + row, 0, 0, 0,
            losses + row, losses + expected.count + row)
        }
      }
      return Array(UnsafeBufferPointer(start: losses + expected.count, count: expected.count))
    }
  }
}
