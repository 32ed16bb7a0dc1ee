public import Autograd
public import Tensors

/// A convolution along the sequence whose outputs gate each other, a σ(b) for the halves a and b of a convolution to
/// twice the width: the layer of Gehring et al. 2017 (ConvS2S), without its residual connection.
public struct GatedConvolution: Layer {
  /// in to 2 out.
  public let convolution: Convolution

  /// - Parameters:
  ///   - width: how many positions an output sees, k.
  ///   - isCausal: whether an output sees no later position than its own; else the window is centred.
  public init(
    inputDimension: Int, outputDimension: Int, width: Int, isCausal: Bool = false,
    initialization: Initialization = .xavierUniform(), using generator: inout SeededGenerator
  ) {
    convolution = Convolution(
      inputDimension: inputDimension, outputDimension: 2 * outputDimension, width: width,
      isCausal: isCausal, initialization: initialization, using: &generator)
  }

  /// How many positions an output sees.
  public var width: Int { convolution.width }
  /// Whether an output sees no later position than its own.
  public var isCausal: Bool { convolution.isCausal }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { convolution.children }

  /// - Parameters:
  ///   - input: [B, T, in]
  ///   - lengths: the real positions of each sequence, those after count as zeros; nil: all are real.
  /// - Returns: [B, T, out]
  public func callAsFunction(
    _ input: Variable, lengths: [Int]? = nil, in context: ForwardContext
  ) -> Variable {
    gatedLinearUnit(convolution(input, lengths: lengths, in: context))
  }
}
