internal import Kernels

/// The floating-point operations of a recurrent encoder-decoder's forward pass for one pair of sequences, a
/// multiplication with an addition counted as 2: the counterpart of a Transformer's cost.
///
/// Products count, and two for each element of a pair of additive attention; gates, softmax and activations are a few
/// percent. A model may do less: of tokens that come again and again it multiplies each once.
public struct RecurrentCost: Equatable, Sendable {
  /// The recurrent layers of the encoder.
  public let encoder: Double
  /// The recurrent layers of the decoder.
  public let decoder: Double
  /// What attention multiplies by matrices of its own, õ = tanh(W [state; attended]) included, and the transforms of
  /// the context vector.
  public let projections: Double
  /// Scores of states with outputs of the source.
  public let scores: Double
  /// Outputs of the source mixed by their weights.
  public let mix: Double
  /// The projection to the vocabulary.
  public let vocabulary: Double
  /// Scores once for the forward pass, and how many times more for the gradients.
  private let scoreRuns: Double

  /// The operations for one source and one target of given lengths.
  public init(_ model: RecurrentConfiguration, sourceLength: Int, targetLength: Int) {
    let (s, t) = (Double(sourceLength), Double(targetLength))
    let (d, e) = (Double(model.modelDimension), Double(model.memoryDimension))
    let a = Double(model.additiveDimension)
    func layer(_ input: Int, _ hidden: Int) -> Double {
      2 * Double(model.cell.gateCount * hidden * (input + hidden))
    }
    encoder = model.encoderLayers.reduce(0) {
      $0 + s * ($1.isBidirectional ? 2 : 1) * layer($1.inputDimension, $1.directionDimension)
    }
    decoder = model.decoderInputDimensions.reduce(0) { $0 + t * layer($1, model.modelDimension) }
    let hasAttention = model.attention != .none
    let isAdditive = hasAttention && model.score == .additive
    let scoreProjections: Double =
      switch model.score {
      case _ where !hasAttention: 0
      case .dot, .scaledDot, .cosine: 0
      case .general: 2 * s * d * e
      case .additive: 2 * a * (s * e + t * d)
      }
    projections =
      scoreProjections + (model.hasCombination ? 2 * t * (d + e) * d : 0)
      + 2 * Double(model.contextTransformInputs.reduce(0, +)) * d
    scores = hasAttention ? 2 * t * s * (isAdditive ? a : d) : 0
    mix = hasAttention ? 2 * t * s * e : 0
    vocabulary = 2 * d * Double(model.targetVocabularySize) * t
    // A product has two more on the way back, an additive score three. In tiles, scores are computed again; those of
    // single additive steps are kept.
    let isStepwise = model.attention == .bahdanau || model.feedsInput
    scoreRuns = isAdditive ? (isStepwise ? 4 : 5) : 4
  }

  /// All operations of the forward pass.
  public var total: Double { encoder + decoder + projections + scores + mix + vocabulary }

  /// The forward and the backward pass: 3 times the forward pass, and for scores what tiles compute again.
  public var trainingStep: Double { 3 * (total - scores) + scoreRuns * scores }
}
