import AttentionKit
import BenchmarkKit

/// The models of the quality suite and how long they learn.
struct QualityScale {
  /// Transformer, LSTM with attention, LSTM with a fixed vector.
  enum Kind: String, CaseIterable {
    case transformer = "Transformer"
    case attention = "LSTM dot"
    case fixed = "LSTM fixed"
  }

  let extent: Extent
  let isGivenData: Bool

  /// Seconds of training of all models together; the rest of the suite's budget is for evaluation.
  var trainingBudget: Double {
    switch extent {
    case .quick: 3
    case .normal: 9
    case .full: 500
    }
  }

  /// Models of each kind, with other first weights.
  var seedCount: Int { extent == .full ? 3 : 1 }
  /// Evaluations after the first; the turns of each model.
  var turnCount: Int { extent == .quick ? 4 : extent == .full ? 40 : 15 }

  private var isSmall: Bool { extent != .full }

  func data(_ files: CorpusFiles?, seed: UInt64) throws -> QualityData {
    if let files {
      return try QualityData(
        files, tokenBudget: isSmall ? 512 : 1024, heldOutCount: 256, seed: seed)
    }
    let task =
      extent == .full
      ? RewritingTask(symbolCount: 64, lengths: 8...24)
      : RewritingTask(symbolCount: 12, lengths: 4...12)
    return QualityData(task, batchSize: 64, heldOutCount: 256, seed: seed)
  }

  /// Seconds of training of each model.
  var modelBudget: Double { trainingBudget / Double(Kind.allCases.count * seedCount) }

  func learner(_ kind: Kind, _ data: QualityData, number: Int, seed: UInt64) throws
    -> any QualityLearner
  {
    var transformer = TransformerConfiguration(
      sourceVocabularySize: data.sourceVocabularySize,
      targetVocabularySize: data.targetVocabularySize)
    transformer.encoderLayerCount = 2
    transformer.decoderLayerCount = 2
    let width = isSmall ? 64 : 128
    transformer.resize(
      modelDimension: width, feedForwardDimension: 4 * width, headCount: 4)
    // What is built in never comes twice, so that there is nothing to overfit.
    transformer.dropoutRate = isGivenData ? 0.1 : 0
    let weights = combineSeeds(seed, UInt64(number))
    let model = try Transformer(transformer, seed: weights)
    // Of 1, 2, 4 and 8 (LSTM: 2, 4, 8 and 16) thousandths the best at width 64; wider models want less.
    let rate: Float = isSmall ? 4e-3 : 2e-3
    if kind == .transformer {
      return ModelLearner(
        kind.rawValue, model, data, budget: modelBudget, peakRate: rate, seed: weights)
    }
    var recurrent = RecurrentConfiguration(
      sourceVocabularySize: data.sourceVocabularySize,
      targetVocabularySize: data.targetVocabularySize)
    recurrent.outputDropoutRate = transformer.dropoutRate
    if kind == .fixed { recurrent.attention = .none }
    return ModelLearner(
      kind.rawValue,
      try RecurrentModel(
        recurrent.matching(parameterCount: model.parameterCount), seed: weights), data,
      budget: modelBudget, peakRate: 2 * rate, seed: weights)
  }
}
