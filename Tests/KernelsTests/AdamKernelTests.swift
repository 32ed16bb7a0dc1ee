import CKernels
import Foundation
import Testing

@Suite(.guardedMemory) struct AdamKernelTests {
  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func stepsOfTheAlgorithm(set: KernelSet, n: Int) {
    var randoms = Randoms(n)
    var w = randoms.floats(n).doubles
    var m = [Double](repeating: 0, count: n)
    var v = m
    let weights = GuardedFloats(w.map { Float($0) })
    let first = GuardedFloats([Float](repeating: 0, count: n))
    let second = GuardedFloats([Float](repeating: 0, count: n))
    let (rate, beta1, beta2, epsilon) = (Float(0.01), Float(0.9), Float(0.98), Float(1e-9))
    let (decay, scale) = (Float(0.1), Float(0.5))
    for step in 1...5 {
      let g = randoms.floats(n)
      let correction1 = 1 / (1 - pow(Double(beta1), Double(step)))
      let correction2 = 1 / (1 - pow(Double(beta2), Double(step)))
      set.table.adam(
        ck_adam(
          learning_rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon,
          correction1: Float(correction1), correction2: Float(correction2),
          decoupled_weight_decay: decay, gradient_scale: scale),
        weights.pointer, GuardedFloats(g).pointer, first.pointer, second.pointer, n)
      for i in 0..<n {
        let gradient = Double(g[i]) * Double(scale)
        w[i] -= Double(rate) * Double(decay) * w[i]
        m[i] = Double(beta1) * m[i] + (1 - Double(beta1)) * gradient
        v[i] = Double(beta2) * v[i] + (1 - Double(beta2)) * gradient * gradient
        w[i] -=
          Double(rate) * m[i] * correction1 / ((v[i] * correction2).squareRoot() + Double(epsilon))
      }
    }
    expectClose(weights.values, w, absolute: 5e-7)
    expectClose(first.values, m, absolute: 2e-7)
    expectClose(second.values, v, absolute: 1e-8)
  }

  @Test(arguments: KernelSet.all)
  func withoutGradientNothingMoves(set: KernelSet) {
    let weights = GuardedFloats([1, -2, 3])
    let zeros = [Float](repeating: 0, count: 3)
    var (m, v) = (zeros, zeros)
    let settings = ck_adam(
      learning_rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, correction1: 10,
      correction2: 1000, decoupled_weight_decay: 0, gradient_scale: 1)
    set.table.adam(settings, weights.pointer, zeros, &m, &v, 3)
    #expect(weights.values == [1, -2, 3] && m == zeros && v == zeros)
  }
}
