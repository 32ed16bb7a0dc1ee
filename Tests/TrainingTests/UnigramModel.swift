import AttentionKit
import Foundation

/// The smallest sequence model: the same scores for the next token wherever it stands. Its loss and gradient
/// fit in a few lines of double precision, so what a trainer makes of them can be computed by hand.
struct UnigramModel: SequenceModel {
  let scores: Parameter

  init(_ scores: [Float]) { self.scores = Parameter(Tensor(scores)) }

  var children: [LayerChild] { [.parameter("scores", scores)] }
  var sourceVocabularySize: Int { scores.value.count }
  var targetVocabularySize: Int { scores.value.count }
  var maximumLength: Int? { nil }

  struct State: DecoderState {
    var count: Int
    mutating func select(rows: [Int]) { count = rows.count }
  }

  func encode(_ source: TokenBatch, in context: ForwardContext) throws -> Int { source.count }
  func startState(_ memory: Int) -> State { State(count: memory) }

  func step(_ tokens: [Int], _ state: inout State) throws -> Tensor {
    Tensor(
      tokens.flatMap { _ in scores.value.scalars }, shape: [tokens.count, targetVocabularySize])
  }

  func logits(_ source: TokenBatch, _ decoderInput: TokenBatch, in context: ForwardContext) throws
    -> Variable
  {
    let shape: Shape = [decoderInput.count, decoderInput.maximumLength, targetVocabularySize]
    return Variable(.zeros(shape)).addingToRows(context.variable(scores))
  }

  func loss(
    _ batch: TrainingBatch, labelSmoothing: Float, normalizer: Float, in context: ForwardContext
  ) throws -> TrainingLoss {
    let variable = context.variable(scores)
    let sums = UnigramSums(
      scores: variable.value.scalars.map(Double.init), expected: batch.expected,
      labelSmoothing: Double(labelSmoothing))
    let scale = 1 / Double(normalizer)
    let objective = Variable.result(Tensor(scalar: Float(sums.smoothedLoss * scale)), of: variable)
    { upstream, accumulator in
      let factor = Double(upstream.scalar) * scale
      accumulator.add(Tensor(sums.gradient.map { Float($0 * factor) }), to: variable)
    }
    return TrainingLoss(
      objective: objective, negativeLogLikelihood: sums.negativeLogLikelihood,
      tokenCount: batch.targetTokenCount)
  }
}

/// Losses of a unigram model summed over tokens, and the derivative with respect to its scores.
struct UnigramSums {
  var smoothedLoss = 0.0
  var negativeLogLikelihood = 0.0
  var gradient: [Double]

  init(scores: [Double], expected: [Int32], labelSmoothing: Double) {
    let total = log(scores.reduce(0) { $0 + exp($1) })
    let logarithms = scores.map { $0 - total }
    gradient = scores.map { _ in 0 }
    for token in expected where token >= 0 {
      negativeLogLikelihood -= logarithms[Int(token)]
      for (index, value) in logarithms.enumerated() {
        let target =
          (index == Int(token) ? 1 - labelSmoothing : 0) + labelSmoothing / Double(scores.count)
        smoothedLoss -= target * value
        gradient[index] += exp(value) - target
      }
    }
  }
}
