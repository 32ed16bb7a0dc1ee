public import Autograd
public import CoreLayers
public import Kernels
public import Tensors

/// FFN(x) = f(x W₁ + b₁) W₂ + b₂ at each position alike (section 3.3, equation 2).
public struct FeedForward: Layer {
  /// D to F, with the activation.
  public let inner: Linear
  /// F to D.
  public let outer: Linear
  /// Dropout on the inner activations; the paper has none there.
  public let dropout: Dropout

  /// D to F and back.
  public init(
    modelDimension: Int, feedForwardDimension: Int, activation: Activation = .relu,
    dropoutRate: Float = 0, using generator: inout SeededGenerator
  ) {
    inner = Linear(
      inputDimension: modelDimension, outputDimension: feedForwardDimension,
      activation: activation, using: &generator)
    outer = Linear(
      inputDimension: feedForwardDimension, outputDimension: modelDimension, using: &generator)
    dropout = Dropout(rate: dropoutRate)
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    [.layer("inner", inner), .layer("outer", outer), .layer("dropout", dropout)]
  }

  /// - Parameter input: [..., D]
  public func callAsFunction(_ input: Variable, in context: ForwardContext) -> Variable {
    context.inScope("feed-forward") {
      outer(dropout(inner(input, in: context), in: context), in: context)
    }
  }
}
