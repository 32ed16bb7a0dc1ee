import AttentionKit
import TestSupport
import Testing

/// What holds for any gradients, beside the values of PyTorch.
@Suite struct AdamLawTests {
  private static let scores: [Float] = [0.5, -1, 2]

  private func update(
    _ gradients: [[Float]], maximumNorm: Float? = nil,
    _ change: (inout Adam.Configuration) -> Void = { _ in }
  ) -> (weights: Tensor, reports: [Adam.Report]) {
    let model = UnigramModel(Self.scores)
    var configuration = Adam.Configuration()
    change(&configuration)
    let optimizer = Adam(model.parameters, configuration: configuration)
    let reports = gradients.map { gradient in
      let found = Gradients()
      found[model.scores] = Tensor(gradient)
      return optimizer.update(found, learningRate: 0.1, maximumNorm: maximumNorm)
    }
    return (model.scores.value, reports)
  }

  @Test func constantsOfThePaper() {
    let configuration = Adam.Configuration()
    #expect(configuration.beta1 == 0.9)
    #expect(configuration.beta2 == 0.98)
    #expect(configuration.epsilon == 1e-9)
    #expect(configuration.weightDecay == 0)
  }

  @Test func reportsTheNormBeforeClipping() {
    let result = update([[3, 0, -4], [0, 0, 0]], maximumNorm: 1)
    #expect(result.reports.map(\.gradientNorm) == [5, 0])
    #expect(result.weights.scalars.allSatisfy { $0.isFinite })
  }

  /// The first update does not depend on the gradient's size, so two are needed to see it.
  @Test func clippingScalesTheGradient() {
    let clipped = update([[3, 0, -4], [0.1, 0.2, 0.3]], maximumNorm: 2.5).weights
    let scaled = update([[1.5, 0, -2], [0.1, 0.2, 0.3]]).weights
    let unclipped = update([[3, 0, -4], [0.1, 0.2, 0.3]]).weights
    expectClose(clipped, scaled, absolute: 1e-6, relative: 1e-6)
    #expect(zip(clipped.scalars, unclipped.scalars).contains { abs($0 - $1) > 1e-3 })
    expectSameBits(update([[3, 0, -4], [0.1, 0.2, 0.3]], maximumNorm: 5.1).weights, unclipped)
  }

  /// Decoupled: the decay is a factor of its own and leaves the moments alone.
  @Test func weightDecayShrinksWeightsByItself() {
    let zeros: [Float] = [0, 0, 0]
    let decayed = update([zeros, zeros]) { $0.weightDecay = 0.5 }.weights
    expectClose(decayed, Self.scores.map { Double($0) * 0.95 * 0.95 })
  }

  /// Parameters over several blocks of the kernels: the same bits, whoever computes them.
  @Test func doesNotDependOnThreads() {
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    func run(threads: Int) -> (Double, [Tensor]) {
      ThreadPool.threadCount = threads
      var generator = SeededGenerator(seed: 7)
      let parameters = [3, 0, 1, 200_003].map {
        Parameter(.normal([$0], using: &generator))
      }
      struct List: Layer { let children: [LayerChild] }
      let list = List(
        children: parameters.enumerated().map { .parameter("\($0.offset)", $0.element) })
      let optimizer = Adam(list.parameters)
      var norm = 0.0
      for _ in 1...2 {
        let gradients = Gradients()
        for parameter in parameters {
          gradients[parameter] = .normal(parameter.shape, using: &generator)
        }
        norm += optimizer.update(gradients, learningRate: 0.1, maximumNorm: 1).gradientNorm
      }
      return (norm, parameters.map(\.value))
    }
    let alone = run(threads: 1)
    #expect(alone.0.isFinite && alone.0 > 1)
    for threads in [2, 5] {
      let together = run(threads: threads)
      #expect(together.0 == alone.0)
      for (a, b) in zip(together.1, alone.1) { expectSameBits(a, b, "\(threads) threads") }
    }
  }
}
