public import Autograd
internal import Tensors

/// Layer normalisation over the innermost dimension (Ba et al. 2016).
public struct LayerNorm: Layer {
  /// γ, [D]
  public let weight: Parameter
  /// β, [D]
  public let bias: Parameter
  /// Added to the variance under the root.
  public let epsilon: Float

  /// - Parameter epsilon: the paper names none; 1e-6 is what its authors' code (Tensor2Tensor) uses, 1e-5
  ///   what PyTorch does.
  public init(dimension: Int, epsilon: Float = 1e-6) {
    weight = Parameter(.ones([dimension]))
    bias = Parameter(.zeros([dimension]))
    self.epsilon = epsilon
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { [.parameter("weight", weight), .parameter("bias", bias)] }

  /// - Parameter input: [..., D]
  public func callAsFunction(_ input: Variable, in context: ForwardContext) -> Variable {
    layerNorm(
      input, scale: context.variable(weight), shift: context.variable(bias), epsilon: epsilon)
  }
}
