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
    let isFull = extent == .full
    // Large enough for most tokens of a batch to differ: of those that come again, recurrent models multiply one.
    var configuration = TransformerConfiguration(vocabularySize: isFull ? 4000 : 2000)
    configuration.encoderLayerCount = isFull ? 3 : 2
    configuration.decoderLayerCount = isFull ? 3 : 2
    configuration.resize(
      modelDimension: isFull ? 256 : 128, feedForwardDimension: isFull ? 1024 : 512, headCount: 4)
    transformer = configuration
    tokensPerBatch = isFull ? 1024 : 512
    switch extent {
    case .quick:
      lengths = [.training: [16, 128], .scoring: [16, 128], .decoding: [16]]
      lengthsAtEqualOperations = [.training: [16]]
      singleLengths = []
    case .normal:
      lengths = [.training: [8, 32, 128, 256], .scoring: [8, 64, 256], .decoding: [8, 64, 256]]
      lengthsAtEqualOperations = [.training: [8, 256]]
      singleLengths = []
    case .full:
      let all = [8, 16, 32, 64, 128, 256, 512]
      lengths = [.training: all, .scoring: all, .decoding: [8, 32, 128, 512]]
      let few = [8, 64, 512]
      lengthsAtEqualOperations = [.training: few, .scoring: few, .decoding: few]
      singleLengths = few
    }
    rivals =
      isFull
      ? ThroughputRival.all
      : [
        ThroughputRival(cell: .lstm, context: .dot), ThroughputRival(cell: .gru, context: .dot),
        ThroughputRival(cell: .lstm, context: .fixed),
      ]
  }
}
