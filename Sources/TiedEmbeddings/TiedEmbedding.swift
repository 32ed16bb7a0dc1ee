public import Autograd
public import CoreLayers
public import Kernels
public import Tensors

/// One matrix, two verbs: ``embed(_:shape:positions:dropout:in:)`` looks rows up, ``logits(_:in:)`` projects
/// to the vocabulary with the same rows (section 3.4; Press and Wolf, 2017). A layer that only does one of
/// the two is an untied one.
public struct TiedEmbedding: Layer {
  /// [V, D]
  public let weight: Parameter
  /// Added to logits, [V]; none in the paper.
  public let bias: Parameter?
  /// What embeddings are multiplied by: √D in the paper.
  public let factor: Float

  /// An embedding of a given matrix [V, D], which may be shared; the factor is √D unless given.
  ///
  /// - Parameter bias: [V], added to logits.
  public init(weight: Parameter, bias: Parameter? = nil, factor: Float? = nil) {
    self.weight = weight
    self.bias = bias
    self.factor = factor ?? Float(weight.shape.last).squareRoot()
  }

  /// - Parameter factor: what embeddings are multiplied by; nil: √D. Elements start normal with deviation
  ///   1 / √D, so that scaled embeddings and logits are both of order 1.
  public init(
    vocabularySize: Int, modelDimension: Int, factor: Float? = nil,
    using generator: inout SeededGenerator
  ) {
    let deviation = 1 / Float(max(1, modelDimension)).squareRoot()
    self.init(
      weight: Parameter(
        .normal(
          [vocabularySize, modelDimension], standardDeviation: deviation, using: &generator)),
      factor: factor)
  }

  /// V
  public var vocabularySize: Int { weight.shape[0] }
  /// D
  public var modelDimension: Int { weight.shape[1] }
  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    [.parameter("weight", weight)] + (bias.map { [.parameter("bias", $0)] } ?? [])
  }

  /// dropout(factor · rows + positions).
  ///
  /// - Parameters:
  ///   - tokens: row-major in `shape`, [..., T].
  ///   - positions: [T, D] or nil.
  /// - Returns: [..., T, D]
  public func embed(
    _ tokens: [Int32], shape: Shape, positions: Variable? = nil, dropout: DropoutMask = .none,
    in context: ForwardContext
  ) -> Variable {
    Autograd.embed(
      tokens, shape: shape, table: context.variable(weight), factor: factor,
      positions: positions, dropout: dropout)
  }

  /// [..., D] to [..., V].
  public func logits(_ hidden: Variable, in context: ForwardContext) -> Variable {
    linear(hidden, weight: context.variable(weight), bias: bias.map(context.variable))
  }

  /// Cross-entropy of ``logits(_:in:)`` without holding them; see
  /// ``projectedCrossEntropy(_:weight:bias:expected:labelSmoothing:normalizer:consistencyWeight:)``.
  public func crossEntropy(
    _ hidden: Variable, expected: [Int32], labelSmoothing: Float, normalizer: Float,
    in context: ForwardContext
  ) -> (loss: Variable, negativeLogLikelihood: Double) {
    projectedCrossEntropy(
      hidden, weight: context.variable(weight), bias: bias.map(context.variable),
      expected: expected, labelSmoothing: labelSmoothing, normalizer: normalizer,
      consistencyWeight: context.consistencyWeight)
  }
}
