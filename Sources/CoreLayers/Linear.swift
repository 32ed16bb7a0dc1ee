public import Autograd
public import Kernels
public import Tensors

/// y = f(x Wᵀ + b).
public struct Linear: Layer {
  /// [out, in]
  public let weight: Parameter
  /// [out]
  public let bias: Parameter?
  /// f
  public let activation: Activation

  /// A layer of given parameters, which may be shared.
  public init(weight: Parameter, bias: Parameter?, activation: Activation = .identity) {
    self.weight = weight
    self.bias = bias
    self.activation = activation
  }

  /// - Parameters:
  ///   - inputDimension: the width of a row of the input.
  ///   - outputDimension: the width of a row of the output.
  ///   - initialization: of the weight; the bias starts at 0.
  public init(
    inputDimension: Int, outputDimension: Int, hasBias: Bool = true,
    activation: Activation = .identity, initialization: Initialization = .xavierUniform(),
    using generator: inout SeededGenerator
  ) {
    self.init(
      weight: Parameter(
        initialization.tensor([outputDimension, inputDimension], using: &generator)),
      bias: hasBias ? Parameter(.zeros([outputDimension])) : nil, activation: activation)
  }

  /// The width of a row of the input.
  public var inputDimension: Int { weight.shape[1] }
  /// The width of a row of the output.
  public var outputDimension: Int { weight.shape[0] }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    [.parameter("weight", weight)] + (bias.map { [.parameter("bias", $0)] } ?? [])
  }

  /// - Parameter input: [..., in]
  /// - Returns: [..., out]
  public func callAsFunction(_ input: Variable, in context: ForwardContext) -> Variable {
    linear(
      input, weight: context.variable(weight), bias: bias.map(context.variable),
      activation: activation)
  }
}
