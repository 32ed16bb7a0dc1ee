internal import CKernels

/// One step of Adam over one parameter, in one pass over memory.
public enum AdamKernel {
  /// The numbers of a step, the same for all parameters.
  public struct Step: Sendable {
    let kernel: ck_adam

    /// - Parameters:
    ///   - step: the number of this update, from 1.
    ///   - decoupledWeightDecay: AdamW's λ; 0 for Adam.
    ///   - gradientScale: multiplied into gradients first, for clipping.
    public init(
      step: Int, learningRate: Float, beta1: Float, beta2: Float, epsilon: Float,
      decoupledWeightDecay: Float, gradientScale: Float
    ) {
      func correction(_ beta: Float) -> Float {
        Float(1 / (1 - power(Double(beta), step)))
      }
      kernel = ck_adam(
        learning_rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
        correction1: correction(beta1), correction2: correction(beta2),
        decoupled_weight_decay: decoupledWeightDecay, gradient_scale: gradientScale)
    }
  }

  /// Updates weights and both moments in place.
  public static func update(
    _ step: Step, weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    ThreadPool.forEachRange(of: count, grain: Elementwise.grain) { range in
      let start = range.lowerBound
      VectorKernels.active.adam(
        step.kernel, weights + start, gradient + start, firstMoment + start,
        secondMoment + start, range.count)
    }
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, factor, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}
