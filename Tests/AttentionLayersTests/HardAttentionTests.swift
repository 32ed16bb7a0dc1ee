import AttentionLayers
import Autograd
import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct HardAttentionTests {
  let query: Tensor
  let key: Tensor
  let value: Tensor
  let mask = AttentionMask.padding(keyLengths: [3, 4], queryLengths: [2, 1])

  init() {
    var generator = SeededGenerator(seed: 31)
    query = .normal([2, 2, 4], using: &generator)
    key = .normal([2, 4, 4], using: &generator)
    value = .normal([2, 4, 6], using: &generator)
  }

  private func heads(_ inputs: [Variable]) -> AttentionHeads {
    AttentionHeads(query: inputs[0], key: inputs[1], value: inputs[2], headCount: 2)
  }

  /// Softmax weights [2 sequences][2 heads][2 queries][keys that are seen].
  private func soft() throws -> Tensor {
    try SoftAttention().weights(
      heads([query, key, value].map { Variable($0) }), mask: mask, in: .inference())
  }

  @Test(arguments: [HardAttention.Choice.largest, .gumbel(temperature: 0.5), .reinforce])
  func inferenceTakesTheValueOfTheLargestScore(_ choice: HardAttention.Choice) throws {
    let mechanism = try HardAttention(choice)
    let inputs = heads([query, key, value].map { Variable($0) })
    let output = mechanism(inputs, mask: mask, dropout: .none, in: .inference()).value
    let weights = mechanism.weights(inputs, mask: mask, in: .inference())
    let soft = try soft()
    for b in 0..<2 {
      for h in 0..<2 {
        for t in 0..<2 {
          let row = (0..<4).map { soft[b, h, t, $0] }
          let isPadding = b == 1 && t == 1
          let best = row.firstIndex(of: row.max() ?? 0)
          for s in 0..<4 { #expect(weights[b, h, t, s] == (!isPadding && s == best ? 1 : 0)) }
          for c in 0..<3 {
            let expected = isPadding ? 0 : value[b, try #require(best), h * 3 + c]
            #expect(output[b, t, h * 3 + c] == expected)
          }
        }
      }
    }
  }

  /// For a loss that is linear in the output, the straight-through gradient of arg max is that of the expected loss
  /// under the softmax, and so is that of soft attention.
  @Test func straightThroughGradientOfALinearLossIsExact() throws {
    func gradients(_ mechanism: any AttentionMechanism) throws -> [Tensor] {
      let context = ForwardContext.differentiating()
      let inputs = [query, key, value].map(context.input)
      let output = mechanism(heads(inputs), mask: mask, dropout: .none, in: context)
      let found = context.backward(from: output, gradient: upstream)
      return try inputs.prefix(2).map { try #require(found[$0]) }
    }
    for (hard, soft) in zip(
      try gradients(HardAttention(.largest)), try gradients(SoftAttention()))
    {
      expectClose(hard, soft, relative: 1e-5)
    }
  }

  private var upstream: Tensor {
    var generator = SeededGenerator(seed: 32)
    return .normal([2, 2, 6], using: &generator)
  }

  /// The mean over many samples of the gradient of the queries, and the standard error of its elements.
  private func mean(
    of samples: Int, _ gradient: (ForwardContext) throws -> Tensor
  ) throws -> (mean: [Double], error: [Double]) {
    var (sum, squares) = ([Double](), [Double]())
    for sample in 0..<samples {
      let values = try gradient(.training(seed: 77, step: sample)).scalars.map(Double.init)
      if sum.isEmpty { (sum, squares) = (values.map { _ in 0 }, values.map { _ in 0 }) }
      for index in values.indices {
        sum[index] += values[index]
        squares[index] += values[index] * values[index]
      }
    }
    let count = Double(samples)
    return (
      sum.map { $0 / count },
      sum.indices.map {
        ((squares[$0] / count - pow(sum[$0] / count, 2)) / count).squareRoot()
      }
    )
  }

  /// REINFORCE has no bias, whatever the loss and the baseline: here Σ over sequences of (u · output)², whose
  /// expectation is a sum over all choices.
  @Test(arguments: [Float(0), 1.5])
  func meanOfREINFORCEIsTheGradientOfTheExpectedLoss(_ baseline: Float) throws {
    let mechanism = try HardAttention(.reinforce)
    func costs(_ output: Tensor) -> [Float] {
      let products = zip(output.scalars, upstream.scalars).map { $0 * $1 }
      return (0..<2).map { b in
        let product = products[b * 12..<(b + 1) * 12].reduce(0, +)
        return product * product * 0.1
      }
    }
    let estimate = try mean(of: 1000) { context in
      let inputs = [query, key, value].map(context.input)
      let output = mechanism(heads(inputs), mask: mask, dropout: .none, in: context)
      let loss = try #require(
        context.reinforcement(costs: costs(output.value), baselines: [baseline, baseline]))
      #expect(loss.value.scalar == 0)
      return try #require(context.backward(from: loss)[inputs[0]])
    }
    // The expectation, over the 3⁴ choices of the first sequence and the 4² of the second (its other query is
    // padding), from the definition.
    func expected(_ query: [Double]) -> Double {
      func weights(_ b: Int, _ h: Int, _ t: Int) -> [Double] {
        let seen = b == 0 ? 3 : 4
        return Oracle.softmax(
          (0..<seen).map { s in
            (0..<2).reduce(0.0) { sum, c in
              sum + query[(b * 2 + t) * 4 + h * 2 + c] * Double(key[b, s, h * 2 + c])
            } / 2.0.squareRoot()
          }, columns: seen)
      }
      func product(_ b: Int, _ h: Int, _ t: Int, _ s: Int) -> Double {
        (0..<3).reduce(0.0) {
          $0 + Double(value[b, s, h * 3 + $1]) * Double(upstream[b, t, h * 3 + $1])
        }
      }
      var total = 0.0
      for (b, sites) in [(0, [(0, 0), (0, 1), (1, 0), (1, 1)]), (1, [(0, 0), (1, 0)])] {
        let seen = b == 0 ? 3 : 4
        func enumerate(_ site: Int, _ probability: Double, _ sum: Double) {
          if site == sites.count {
            total += probability * sum * sum * 0.1
            return
          }
          let (h, t) = sites[site]
          let w = weights(b, h, t)
          for s in 0..<seen {
            enumerate(site + 1, probability * w[s], sum + product(b, h, t, s))
          }
        }
        enumerate(0, 1, 0)
      }
      return total
    }
    let exact = numericGradients([query.doubles]) { expected($0[0]) }[0]
    for index in exact.indices {
      #expect(
        abs(estimate.mean[index] - exact[index]) <= 4.5 * estimate.error[index] + 1e-9,
        "element \(index): \(estimate.mean[index]) ± \(estimate.error[index]), exact \(exact[index])"
      )
    }
    // The padded query chooses nothing.
    #expect(exact[12...].allSatisfy { $0 == 0 } && estimate.error[12...].allSatisfy { $0 == 0 })
    #expect(estimate.error[..<12].allSatisfy { $0 > 0 })
  }

  /// Two keys, one score difference d: the noise of the difference is logistic, so the mean gradient of the relaxed
  /// weight is an integral, and it tends to that of the expected loss as the temperature falls.
  @Test(arguments: [Float(1), 0.25])
  func meanOfGumbelStraightThroughIsThatOfTheRelaxation(_ temperature: Float) throws {
    let mechanism = try HardAttention(.gumbel(temperature: temperature), score: DotScore())
    let (d, difference) = (0.7, 1.3)
    let inputs = (
      query: Tensor([Float(d)], shape: [1, 1, 1]), key: Tensor([1, 0], shape: [1, 2, 1]),
      value: Tensor([Float(difference), 0], shape: [1, 2, 1])
    )
    var chosen = 0
    let estimate = try mean(of: 1500) { context in
      let query = context.input(inputs.query)
      let output = mechanism(
        AttentionHeads(
          query: query, key: Variable(inputs.key), value: Variable(inputs.value), headCount: 1),
        mask: .none, dropout: .none, in: context)
      #expect(output.value.scalar == 0 || output.value.scalar == Float(difference))
      if output.value.scalar != 0 { chosen += 1 }
      return try #require(context.backward(from: output)[query])
    }
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    // E[σ'((d + L) / τ) / τ] for logistic L, by the midpoint rule.
    var relaxed = 0.0
    for step in -20_000..<20_000 {
      let noise = (Double(step) + 0.5) / 1000
      let density = sigmoid(noise) * sigmoid(-noise)
      let weight = sigmoid((d + noise) / Double(temperature))
      relaxed += density * weight * (1 - weight) / Double(temperature) / 1000
    }
    relaxed *= difference
    #expect(abs(estimate.mean[0] - relaxed) < 4.5 * estimate.error[0])
    // The exact gradient of the expected value σ(d) · difference; the bias falls with the temperature.
    let exact = sigmoid(d) * sigmoid(-d) * difference
    #expect(abs(relaxed - exact) < (temperature == 1 ? 0.12 : 0.02))
    // Samples are those of the softmax.
    let share = Double(chosen) / 1500
    #expect(abs(share - sigmoid(d)) < 4.5 * (share * (1 - share) / 1500).squareRoot())
  }

  @Test func choicesDependOnTheSeedAlone() throws {
    let mechanism = try HardAttention(.reinforce)
    func output(_ step: Int) -> Tensor {
      mechanism(
        heads([query, key, value].map { Variable($0) }), mask: mask, dropout: .none,
        in: .training(seed: 5, step: step)
      ).value
    }
    let first = output(0)
    expectSameBits(output(0), first)
    #expect((1..<20).contains { output($0) != first })
  }

  @Test func temperaturesMustBePositive() {
    for temperature in [Float(0), -1, .nan, .infinity] {
      #expect(throws: AttentionCombinationError.self) {
        try HardAttention(.gumbel(temperature: temperature))
      }
    }
  }

  @Test func costsOfOtherSequencesStop() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let context = ForwardContext.training(seed: 1)
      context.record(choice: context.input(.zeros([3])))
      _ = context.reinforcement(costs: [1, 2], baselines: [1, 2])
    }
    expectMessage(result, naming: ["reinforcement", "2 costs", "[3]"])
  }
}
