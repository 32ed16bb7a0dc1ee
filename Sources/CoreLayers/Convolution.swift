public import Autograd
public import Kernels
public import Tensors

/// Convolution along the sequence, y[t] = f(Σ_j W_j x[t + j - left] + b), with zeros outside the sequence.
public struct Convolution: Layer {
  /// [width, out, in]: one matrix for each offset.
  public let weight: Parameter
  /// [out]
  public let bias: Parameter
  /// f
  public let activation: Activation
  /// Whether an output sees no later position than its own; else the window is centred.
  public let isCausal: Bool

  /// A convolution with biases of 0.
  public init(
    inputDimension: Int, outputDimension: Int, width: Int, isCausal: Bool = false,
    activation: Activation = .identity, initialization: Initialization = .xavierUniform(),
    using generator: inout SeededGenerator
  ) {
    weight = Parameter(
      initialization.tensor([width, outputDimension, inputDimension], using: &generator))
    bias = Parameter(.zeros([outputDimension]))
    self.activation = activation
    self.isCausal = isCausal
  }

  /// How many positions an output sees.
  public var width: Int { weight.shape[0] }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { [.parameter("weight", weight), .parameter("bias", bias)] }

  /// - Parameters:
  ///   - input: [B, T, in]
  ///   - lengths: the real positions of each sequence, those after count as zeros and reach no other; nil: all are
  ///     real.
  /// - Returns: [B, T, out]
  public func callAsFunction(
    _ input: Variable, lengths: [Int]? = nil, in context: ForwardContext
  ) -> Variable {
    let shape = input.shape
    if shape.rank != 3 || shape[2] != weight.shape[2] {
      stopOnShapes(
        "Convolution", "input [B, T, in] and weight [width, out, in]", shape, weight.shape)
    }
    // The windows side by side, [B, T, width · in], against the matrices side by side: one product.
    let windows = slidingWindows(
      input, width: width, left: isCausal ? width - 1 : (width - 1) / 2, lengths: lengths)
    let matrix = context.variable(weight).transposed(axes: [1, 0, 2])
      .reshaped([weight.shape[1], width * shape[2]])
    return linear(
      windows, weight: matrix, bias: context.variable(bias), activation: activation)
  }
}
