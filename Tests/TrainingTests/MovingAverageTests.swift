import AttentionKit
import TestSupport
import Testing

@Suite struct MovingAverageTests {
  private func parameters(_ values: [Float]) -> [NamedParameter] {
    Linear(weight: Parameter(Tensor(values, shape: [1, values.count])), bias: nil).parameters
  }

  @Test func itIsTheWeightedMeanOfAllWeights() {
    let named = parameters([1, -2, 3])
    let average = MovingAverage(named, decay: 0.9)
    var expected: [Double] = [1, -2, 3]
    for step in 1...40 {
      let weights = [Float(step), Float(step * step), -1]
      named[0].parameter.value = Tensor(weights, shape: [1, 3])
      average.update(step: step)
      let kept = min(0.9, Double(1 + step) / Double(10 + step))
      for i in 0..<3 { expected[i] = kept * expected[i] + (1 - kept) * Double(weights[i]) }
    }
    for (found, wanted) in zip(average.values[0].scalars, expected) {
      #expect(abs(Double(found) - wanted) < 1e-4 * max(1, abs(wanted)))
    }
  }

  @Test func exchangingTwiceChangesNothing() {
    let named = parameters([1, 2])
    let average = MovingAverage(named, decay: 0.5)
    named[0].parameter.value = Tensor([5, 6], shape: [1, 2])
    average.exchange()
    #expect(named[0].parameter.value.scalars == [1, 2])
    average.exchange()
    #expect(named[0].parameter.value.scalars == [5, 6])
    #expect(average.values[0].scalars == [1, 2])
  }

  @Test func theAverageIsValidatedAndTheWeightsAreTrained() throws {
    func train(decay: Float) throws -> (Trainer<Transformer, ShuffledBatches>, validated: [Float]) {
      let trainer = try Trainer(
        model: smallTransformer(seed: 1), modelDimension: 6,
        configuration: quickConfiguration(steps: 6) { $0.averageDecay = decay },
        source: ShuffledBatches())
      var validated: [Float] = []
      trainer.onValidation = { model in
        validated = model.parameters[0].parameter.value.scalars
        return [ValidationScore("zero", 0)]
      }
      _ = try trainer.run()
      return (trainer, validated)
    }
    let (plain, weights) = try train(decay: 0)
    let (averaged, average) = try train(decay: 0.99)
    expectSameParameters(averaged.model, plain.model)
    #expect(weights == plain.model.parameters[0].parameter.value.scalars)
    #expect(average != weights)
    let result = averaged.withResult { $0.parameters[0].parameter.value.scalars }
    #expect(result == average)
  }
}
