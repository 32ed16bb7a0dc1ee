public import Autograd
public import CoreLayers

/// Where a sub-layer is normalised.
public enum NormPlacement: String, Codable, Sendable, CaseIterable {
  /// LayerNorm(x + Dropout(Sublayer(x))): the paper (section 3.1).
  case post
  /// x + Dropout(Sublayer(LayerNorm(x))): what most models since do.
  case pre
}

/// The residual connection around every sub-layer, with dropout and normalisation (sections 3.1 and 5.4).
///
/// It takes the sub-layer as a closure, so that no layer writes "Add & Norm" out:
/// ```swift
/// let y = addNorm(x, in: context) { selfAttention($0, mask: mask, in: context) }
/// ```
public struct AddNorm: Layer {
  /// The normalisation.
  public let norm: LayerNorm
  /// Before or after the sum.
  public let placement: NormPlacement
  /// The dropout rate of the sub-layer's output.
  public let dropoutRate: Float

  /// Add&Norm for rows of `dimension` elements.
  public init(
    dimension: Int, placement: NormPlacement = .post, dropoutRate: Float = 0,
    epsilon: Float = 1e-6
  ) {
    norm = LayerNorm(dimension: dimension, epsilon: epsilon)
    self.placement = placement
    self.dropoutRate = dropoutRate
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { norm.children }

  /// - Parameters:
  ///   - input: [..., D]
  ///   - sublayer: [..., D] to [..., D]
  public func callAsFunction(
    _ input: Variable, in context: ForwardContext, sublayer: (Variable) throws -> Variable
  ) rethrows -> Variable {
    switch placement {
    case .post:
      let branch = try sublayer(input)
      return context.inScope("add & norm") {
        addNorm(
          residual: input, branch: branch, scale: context.variable(norm.weight),
          shift: context.variable(norm.bias), epsilon: norm.epsilon,
          dropout: context.nextDropout(rate: dropoutRate))
      }
    case .pre:
      let branch = try sublayer(context.inScope("add & norm") { norm(input, in: context) })
      return context.inScope("add & norm") {
        addDropped(
          residual: input, branch: branch, dropout: context.nextDropout(rate: dropoutRate))
      }
    }
  }
}
