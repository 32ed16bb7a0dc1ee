import AttentionKit

/// How large the models of the throughput suite are, and what is measured of them.
struct ThroughputScale {
  let transformer: TransformerConfiguration
  /// Source tokens of a batch, and as many target tokens, whatever the length.
  let tokensPerBatch: Int
  let rivals: [ThroughputRival]
  /// Lengths of source and target, for each task, of models with equally many parameters.
  let lengths: [ThroughputTask: [Int]]
  /// The same where a training step takes equally many operations.
  let lengthsAtEqualOperations: [ThroughputTask: [Int]]
  /// Lengths at which single sentences are decoded.
  let singleLengths: [Int]

  init(_ extent: Extent) {
    let all = [8, 16, 32, 64, 128, 256, 512]
    var configuration = TransformerConfiguration(vocabularySize: 4000)
    var rivals = ThroughputRival.all
    switch extent {
    case .quick, .normal:
      configuration.encoderLayerCount = 2
      configuration.decoderLayerCount = 2
      configuration.resize(modelDimension: 128, feedForwardDimension: 512, headCount: 4)
      tokensPerBatch = 1024
      rivals.removeAll { $0.context == .additive || $0.context == .fixed && $0.cell == .gru }
      let isQuick = extent == .quick
      lengths = [
        .training: isQuick ? [16, 128] : [8, 32, 128, 512],
        .scoring: isQuick ? [16, 128] : [8, 64, 512],
        .decoding: isQuick ? [16] : [8, 64, 256],
      ]
      lengthsAtEqualOperations = [.training: isQuick ? [16] : [8, 64, 512]]
      singleLengths = []
    case .full:
      configuration.encoderLayerCount = 3
      configuration.decoderLayerCount = 3
      configuration.resize(modelDimension: 256, feedForwardDimension: 1024, headCount: 4)
      tokensPerBatch = 1024
      lengths = [.training: all, .scoring: all, .decoding: all]
      lengthsAtEqualOperations = [
        .training: [8, 32, 128, 512], .scoring: [8, 32, 128, 512], .decoding: [8, 64, 512],
      ]
      singleLengths = [8, 64, 512]
    }
    self.rivals = rivals
    transformer = configuration
  }
}
