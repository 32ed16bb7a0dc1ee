import AttentionKit
import Kernels
import TestSupport

/// A small model with dimensions that are all different.
func smallConfiguration(
  _ change: (inout TransformerConfiguration) -> Void = { _ in }
) -> TransformerConfiguration {
  var configuration = TransformerConfiguration.base(vocabularySize: 23)
  configuration.encoderLayerCount = 2
  configuration.decoderLayerCount = 3
  configuration.resize(modelDimension: 10, feedForwardDimension: 17, headCount: 2)
  configuration.maximumLength = 41
  change(&configuration)
  return configuration
}

/// One of every option that changes what a model computes.
let variants: [TransformerConfiguration] = [
  smallConfiguration(),
  smallConfiguration { $0.normPlacement = .pre },
  smallConfiguration {
    $0.normPlacement = .pre
    $0.positions = .learned
    $0.activation = .geluTanh
    $0.tying = .decoder
    $0.sourceVocabularySize = 29
  },
  smallConfiguration {
    $0.tying = .none
    $0.activation = .silu
    $0.keyDimension = 3
    $0.valueDimension = 7
  },
]

/// Members of the attention family that all laws of Transformers hold for.
let familyVariants: [TransformerConfiguration] =
  positionVariants + [
    smallConfiguration {
      $0.selfAttention.score = .additive
      $0.crossAttention.score = .general
      $0.selfAttention.window = 2
      $0.positions = .t5
    },
    smallConfiguration {
      $0.selfAttention.score = .cosine
      $0.crossAttention.score = .dot
      $0.positions = .rotary
      $0.keyDimension = 6
    },
    smallConfiguration {
      $0.crossAttention.choice = .largest
      $0.selfAttention.choice = .gumbel
      $0.selfAttention.window = 3
      $0.positions = .relative
      $0.attentionPositions.reach = 2
      $0.attentionPositions.areSharedByHeads = true
    },
  ]

/// One of each kind of positions that are not added to embeddings.
let positionVariants: [TransformerConfiguration] = {
  let kinds: [TransformerConfiguration.Positions] = [.none, .relative, .rotary, .alibi, .t5]
  return kinds.map { kind in
    smallConfiguration {
      $0.positions = kind
      $0.keyDimension = 4
      $0.attentionPositions.reach = 3
      $0.attentionPositions.bucketCount = 8
      $0.attentionPositions.bucketDistance = 9
    }
  }
}()

/// A model whose biases and norms are not 0 and 1, so that none can be left out unnoticed.
func randomModel(_ configuration: TransformerConfiguration, seed: UInt64 = 1) throws -> Transformer
{
  let model = try Transformer(configuration, seed: seed)
  var generator = SeededGenerator(seed: seed)
  for item in model.parameters where item.parameter.shape.rank == 1 {
    let isScale = item.path.contains("norm") && item.path.hasSuffix("weight")
    item.parameter.value = .normal(
      item.parameter.shape, mean: isScale ? 1 : 0, standardDeviation: 0.3, using: &generator)
  }
  return model
}

/// Sentences of random tokens from 3 on; 0, 1 and 2 are padding, start and end.
func randomSentences(_ lengths: [Int], seed: UInt64) -> [[Int]] {
  var generator = SeededGenerator(seed: seed)
  return lengths.map { length in
    (0..<length).map { _ in Int.random(in: 3..<23, using: &generator) }
  }
}

func randomBatch(
  _ sourceLengths: [Int], _ targetLengths: [Int], seed: UInt64 = 5, padding: Int = 0
) -> TrainingBatch {
  TrainingBatch(
    sources: randomSentences(sourceLengths, seed: seed),
    targets: randomSentences(targetLengths, seed: seed + 1), start: 1, end: 2, padding: padding)
}

/// The rows of a tensor [B, T, V] that are no padding, one after another.
func realRows(_ tensor: Tensor, _ lengths: [Int]) -> Tensor {
  let (length, width) = (tensor.shape[1], tensor.shape[2])
  var scalars: [Float] = []
  for (row, count) in lengths.enumerated() {
    scalars += tensor.scalars[row * length * width..<(row * length + count) * width]
  }
  return Tensor(scalars, shape: [lengths.reduce(0, +), width])
}

extension Transformer {
  /// The loss of a batch, normalised by its own tokens unless said otherwise, and all gradients.
  func lossAndGradients(
    _ batch: TrainingBatch, normalizer: Int? = nil, context: ForwardContext = .differentiating(),
    addingTo accumulated: Gradients? = nil
  ) throws -> (loss: Tensor, gradients: Gradients) {
    let loss = try loss(
      batch, labelSmoothing: 0.1, normalizer: Float(normalizer ?? batch.targetTokenCount),
      in: context)
    return (
      loss.objective.value, context.backward(from: loss.objective, addingTo: accumulated)
    )
  }
}
