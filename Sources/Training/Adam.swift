public import Autograd
public import CoreLayers
import Kernels
internal import Tensors

/// Adam (Kingma and Ba, 2015) with the paper's constants (section 5.3), and AdamW (Loshchilov and Hutter,
/// 2019) where there is weight decay. The formulas are PyTorch's.
public final class Adam {
  /// The constants of the optimiser.
  public struct Configuration: Codable, Equatable, Sendable {
    /// How much of the first moment stays at each step.
    public var beta1: Float = 0.9
    /// How much of the second moment stays at each step.
    public var beta2: Float = 0.98
    /// Added to the root of the second moment.
    public var epsilon: Float = 1e-9
    /// Decoupled weight decay, AdamW's λ; 0 is plain Adam.
    public var weightDecay: Float = 0

    /// The paper's constants.
    public init() {}
  }

  /// What one update did.
  public struct Report: Equatable, Sendable {
    /// The norm of all gradients together, before clipping.
    public var gradientNorm: Double
    /// Trainable parameters that got no gradient, by their paths.
    public var withoutGradient: [String]
  }

  /// The constants.
  public let configuration: Configuration
  /// The number of updates so far.
  public internal(set) var step = 0
  let parameters: [NamedParameter]
  var firstMoments: [Tensor]
  var secondMoments: [Tensor]

  /// - Parameter parameters: each once; shared ones under one name (``CoreLayers/Layer/parameters``).
  public init(_ parameters: [NamedParameter], configuration: Configuration = Configuration()) {
    self.parameters = parameters
    self.configuration = configuration
    firstMoments = parameters.map { .zeros($0.parameter.shape) }
    secondMoments = firstMoments.map { .zeros($0.shape) }
  }

  /// The norm of the gradients of all parameters that are not frozen, taken together.
  public func gradientNorm(_ gradients: Gradients) -> Double {
    parameters.reduce(0) { sum, named in
      guard named.parameter.isTrainable, let gradient = gradients[named.parameter] else {
        return sum
      }
      return sum + Reductions.sumOfSquares(gradient.pointer, count: gradient.count)
    }.squareRoot()
  }

  /// One update of all parameters.
  ///
  /// - Parameters:
  ///   - maximumNorm: gradients are scaled down so that their norm is at most this; nil: no clipping.
  ///   - gradientNorm: what ``gradientNorm(_:)`` gave, where it is known already.
  public func update(
    _ gradients: Gradients, learningRate: Float, maximumNorm: Float? = nil,
    gradientNorm: Double? = nil
  ) -> Report {
    step += 1
    let norm = gradientNorm ?? self.gradientNorm(gradients)
    // PyTorch's clip_grad_norm_ adds 1e-6 too.
    let scale = maximumNorm.map { min(1, Float(Double($0) / (norm + 1e-6))) } ?? 1
    let kernelStep = AdamKernel.Step(
      step: step, learningRate: learningRate, beta1: configuration.beta1,
      beta2: configuration.beta2, epsilon: configuration.epsilon,
      decoupledWeightDecay: configuration.weightDecay, gradientScale: scale)
    var withoutGradient: [String] = []
    for (index, named) in parameters.enumerated() where named.parameter.isTrainable {
      guard let gradient = gradients[named.parameter] else {
        withoutGradient.append(named.path)
        continue
      }
      AdamKernel.update(
        kernelStep, weights: named.parameter.value.mutablePointer, gradient: gradient.pointer,
        firstMoment: firstMoments[index].mutablePointer,
        secondMoment: secondMoments[index].mutablePointer, count: gradient.count)
    }
    return Report(gradientNorm: norm, withoutGradient: withoutGradient)
  }
}
