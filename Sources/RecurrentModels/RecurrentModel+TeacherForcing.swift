public import Autograd
public import SequenceModels
internal import Tensors
internal import TiedEmbeddings

extension RecurrentModel {
  /// The loss of a batch whose decoder reads the target's tokens with a probability and its own ones otherwise.
  ///
  /// What it reads is decided by a pass of its own, which runs step by step and without dropout; the loss is then
  /// that of these inputs, all steps at once where the decoder can. No gradient passes through the choice of a
  /// token, so without dropout this is the gradient of a single pass.
  ///
  /// - Parameters:
  ///   - teacherForcingRatio: 1 reads the target, 0 runs free.
  ///   - feedback: which of its own tokens it reads; nil: what the configuration says.
  /// - Throws: ``SequenceModelError`` for tokens outside the vocabularies.
  public func loss(
    _ batch: TrainingBatch, labelSmoothing: Float, normalizer: Float, teacherForcingRatio: Float,
    feedback: TeacherForcing.Feedback? = nil, in context: ForwardContext
  ) throws -> TrainingLoss {
    // Taken also where nothing is drawn, so that dropout does not depend on the ratio.
    let seed = context.nextSeed() ?? 0
    let input =
      teacherForcingRatio >= 1
      ? batch.decoderInput
      : try decoderInput(
        batch, teacherForcingRatio: teacherForcingRatio, feedback: feedback, seed: seed)
    let memory = try encode(batch.source, in: context)
    let hidden = try decode(input, from: memory.start, source: memory.source, in: context)
    let result = context.inScope("output and loss") {
      projectedCrossEntropy(
        hidden.output, weight: context.variable(outputProjection.weight),
        bias: outputBias.map(context.variable), expected: batch.expected,
        labelSmoothing: labelSmoothing, normalizer: normalizer,
        consistencyWeight: context.consistencyWeight)
    }
    return TrainingLoss(
      objective: result.loss, negativeLogLikelihood: result.negativeLogLikelihood,
      tokenCount: batch.targetTokenCount)
  }

  /// Σ -log p of a batch's real target tokens where the decoder reads the likeliest of its own tokens, for as many
  /// steps as the target has: what teacher forcing hides of a model (its exposure bias).
  public func freeRunningLoss(_ batch: TrainingBatch) throws -> TrainingLoss {
    try loss(
      batch, labelSmoothing: 0, normalizer: 1, teacherForcingRatio: 0, feedback: .best,
      in: .inference())
  }

  /// What the decoder reads: the start tokens, then for each position the target's token or the model's own.
  ///
  /// - Parameters:
  ///   - teacherForcingRatio: the probability of the target's token.
  ///   - feedback: which of its own tokens the model reads; nil: what the configuration says.
  ///   - seed: of the choice between both, and of the model's token where it is drawn.
  public func decoderInput(
    _ batch: TrainingBatch, teacherForcingRatio: Float,
    feedback: TeacherForcing.Feedback? = nil, seed: UInt64
  ) throws -> TokenBatch {
    var generator = SeededGenerator(seed: seed)
    var rows = (0..<batch.decoderInput.count).map { batch.decoderInput[$0] }
    var state = startState(try encode(batch.source, in: .inference()))
    for position in 0..<max(0, batch.decoderInput.maximumLength - 1) {
      let tokens = rows.map { position < $0.count ? $0[position] : 0 }
      let logits = try step(tokens, &state)
      for row in rows.indices {
        let isForced = generator.nextUniform() < teacherForcingRatio
        let uniform = generator.nextUniform()
        guard !isForced, position + 1 < rows[row].count else { continue }
        let scores = UnsafeBufferPointer(
          start: logits.pointer + row * targetVocabularySize, count: targetVocabularySize)
        rows[row][position + 1] =
          switch feedback ?? configuration.teacherForcing.feedback {
          case .best: likeliest(scores)
          case .sampled: drawn(scores, uniform: uniform)
          }
      }
    }
    return TokenBatch(rows)
  }

  /// The first of the highest scores.
  private func likeliest(_ scores: UnsafeBufferPointer<Float>) -> Int {
    var best = 0
    for index in scores.indices where scores[index] > scores[best] { best = index }
    return best
  }

  /// The token at which the distribution function of the scores' softmax passes a number from 0 to 1.
  private func drawn(_ scores: UnsafeBufferPointer<Float>, uniform: Float) -> Int {
    let probabilities = softmax(Variable(Tensor(Array(scores)))).value.scalars
    var sum: Float = 0
    for (index, probability) in probabilities.enumerated() {
      sum += probability
      if uniform < sum { return index }
    }
    // Rounding may leave the sum below 1.
    return likeliest(scores)
  }
}
