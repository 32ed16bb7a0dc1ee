public import Autograd
public import CoreLayers
public import Kernels
public import Tensors

/// The feed-forward layer as the paper also describes it: two convolutions of width 1 (section 3.3). With the
/// same weights it computes what ``FeedForward`` does; a larger width looks at neighbours too.
public struct ConvolutionalFeedForward: Layer {
  /// D to F, with the activation.
  public let inner: Convolution
  /// F to D.
  public let outer: Convolution

  /// Two convolutions of equal width.
  public init(
    modelDimension: Int, feedForwardDimension: Int, width: Int = 1, isCausal: Bool = false,
    activation: Activation = .relu, using generator: inout SeededGenerator
  ) {
    inner = Convolution(
      inputDimension: modelDimension, outputDimension: feedForwardDimension, width: width,
      isCausal: isCausal, activation: activation, using: &generator)
    outer = Convolution(
      inputDimension: feedForwardDimension, outputDimension: modelDimension, width: width,
      isCausal: isCausal, using: &generator)
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { [.layer("inner", inner), .layer("outer", outer)] }

  /// - Parameter input: [B, T, D]
  public func callAsFunction(_ input: Variable, in context: ForwardContext) -> Variable {
    context.inScope("feed-forward") { outer(inner(input, in: context), in: context) }
  }
}
