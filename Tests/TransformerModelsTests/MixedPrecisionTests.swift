import AttentionKit
import Kernels
import TestSupport
import Testing

/// A model large enough that its products take the rounded kernel.
@Suite(.serialized, .enabled(if: ProductPrecision.bfloat16.isAvailable))
struct MixedPrecisionTests {
  private static func model() throws -> Transformer {
    try Transformer(
      smallConfiguration {
        $0.resize(modelDimension: 96, feedForwardDimension: 160, headCount: 2)
        $0.maximumLength = 64
        $0.encoderLayerCount = 1
        $0.decoderLayerCount = 1
      }, seed: 3)
  }

  private static let batch = randomBatch([41, 33, 37, 29], [31, 40, 23, 35])

  private func step(_ precision: ProductPrecision, threads: Int = 2) throws -> GradientStep {
    let count = ThreadPool.threadCount
    defer { ThreadPool.threadCount = count }
    ThreadPool.threadCount = threads
    return try GradientStep(
      Self.model(), Self.batch, labelSmoothing: 0.1, seed: 5, step: 7, precision: precision)
  }

  /// Factors have 8 bits: an error of some 2^-9 in each product, which sums average out.
  @Test func gradientsAreThoseOfFloat32UpToTheRoundingOfFactors() throws {
    let model = try Self.model()
    var gradients: [[Tensor]] = []
    var losses: [Float] = []
    for precision in ProductPrecision.allCases {
      let context = ForwardContext.differentiating(precision: precision)
      let loss = try model.loss(Self.batch, labelSmoothing: 0.1, normalizer: 100, in: context)
      losses.append(loss.objective.value.scalar)
      let found = context.backward(from: loss.objective)
      gradients.append(try model.parameters.map { try #require(found[$0.parameter]) })
    }
    #expect(losses[0] != losses[1])
    #expect(abs(losses[0] - losses[1]) < 0.002 * losses[0])
    for (index, item) in model.parameters.enumerated() {
      let (exact, rounded) = (gradients[0][index].scalars, gradients[1][index].scalars)
      let norm = exact.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
      let error = zip(exact, rounded).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        .squareRoot()
      // The gradient of a key's bias is zero up to rounding.
      #expect(error < 0.03 * norm || norm < 1e-4, "\(item.path): \(error) of \(norm)")
    }
  }

  @Test func theBitsDoNotDependOnThreads() throws {
    let expected = try step(.bfloat16, threads: 1)
    for threads in 2...3 {
      #expect(try step(.bfloat16, threads: threads).loss == expected.loss)
    }
  }

  /// Parameters and their updates stay in float32: an update far below what bfloat16 tells apart is not lost.
  @Test func smallUpdatesAreNotLost() throws {
    let model = try Self.model()
    let before = model.parameters.map(\.parameter.value.scalars)
    let result = try GradientStep(
      model, Self.batch, labelSmoothing: 0.1, seed: 5, step: 1, precision: .bfloat16)
    _ = Adam(model.parameters).update(result.gradients, learningRate: 1e-6)
    for (item, old) in zip(model.parameters, before) where item.path.hasSuffix("weight") {
      #expect(item.parameter.value.scalars != old, "\(item.path)")
    }
  }
}
