import Autograd
import Kernels
import Tensors
import TestSupport
import Testing

/// Values and gradients of the operations against PyTorch's.
@Suite struct FixtureTests {
  @Test(arguments: Activation.allCases)
  func linearMatches(_ activation: Activation) throws {
    let fixture = try Fixture("linear_\(activation.rawValue)")
    let context = ForwardContext.differentiating()
    let x = context.input(try fixture.tensor("input.x"))
    let weight = Parameter(try fixture.tensor("parameter.weight"))
    let bias = Parameter(try fixture.tensor("parameter.bias"))
    let y = linear(
      x, weight: context.variable(weight), bias: context.variable(bias), activation: activation)
    try fixture.expectOutput(y.value)
    let gradients = context.backward(from: y, gradient: try fixture.tensor("upstream.y"))
    try fixture.expectGradients(gradients, inputs: ["x": x])
    expectClose(
      try #require(gradients[weight]), try fixture.tensor("parameter_gradient.weight"), "weight")
    expectClose(
      try #require(gradients[bias]), try fixture.tensor("parameter_gradient.bias"), "bias")
  }

  @Test func layerNormMatches() throws {
    let fixture = try Fixture("layer_norm")
    let scale = Parameter(try fixture.tensor("parameter.weight"))
    let shift = Parameter(try fixture.tensor("parameter.bias"))
    try fixture.check(
      inputs: ["x"], operands: [("weight", scale), ("bias", shift)], relative: 2e-5
    ) { inputs, context in
      layerNorm(
        inputs[0], scale: context.variable(scale), shift: context.variable(shift), epsilon: 1e-5)
    }
  }

  @Test func addNormMatches() throws {
    let fixture = try Fixture("add_norm")
    let scale = Parameter(try fixture.tensor("parameter.weight"))
    let shift = Parameter(try fixture.tensor("parameter.bias"))
    try fixture.check(
      inputs: ["residual", "branch"], operands: [("weight", scale), ("bias", shift)],
      relative: 2e-5
    ) { inputs, context in
      addNorm(
        residual: inputs[0], branch: inputs[1], scale: context.variable(scale),
        shift: context.variable(shift), epsilon: 1e-5)
    }
  }

  @Test func embeddingMatches() throws {
    let fixture = try Fixture("embedding_sinusoidal")
    let table = Parameter(try fixture.tensor("parameter.weight"))
    let positions = Variable(try fixture.tensor("output.positions")).slice(axis: 0, 0..<7)
    let tokens = try fixture.tokens("input.tokens")
    try fixture.check(inputs: [], operands: [("weight", table)]) { _, context in
      embed(
        tokens, shape: [3, 7], table: context.variable(table), factor: Float(13).squareRoot(),
        positions: positions)
    }
  }

  @Test func embeddingWithLearnedPositionsMatches() throws {
    let fixture = try Fixture("embedding_learned")
    let table = Parameter(try fixture.tensor("parameter.weight"))
    let positions = Parameter(try fixture.tensor("parameter.positions.weight"))
    let tokens = try fixture.tokens("input.tokens")
    try fixture.check(
      inputs: [], operands: [("weight", table), ("positions.weight", positions)]
    ) { _, context in
      embed(
        tokens, shape: [3, 7], table: context.variable(table), factor: Float(13).squareRoot(),
        positions: context.variable(positions).slice(axis: 0, 0..<7))
    }
  }

  @Test(arguments: ["plain", "causal", "padding", "window", "arbitrary"], [true, false])
  func attentionMatches(_ name: String, isTiled: Bool) throws {
    let fixture = try Fixture("attention_\(name)")
    let allowed = try fixture.integers("input.allowed").map { $0 != 0 }
    let mask: AttentionMask =
      switch name {
      case "plain": .none
      case "causal": .causal
      case "padding": .padding(keyLengths: try fixture.integers("input.lengths"))
      case "window": .window(2)
      default: .allowing(allowed)
      }
    // The mask means what PyTorch was given.
    for (index, expected) in allowed.enumerated() {
      #expect(
        mask.allows(
          sequence: index / 77, query: index / 11 % 7, key: index % 11, queryCount: 7,
          keyCount: 11) == expected)
    }
    let operation = isTiled ? attention : plainAttention
    try fixture.check(inputs: ["query", "key", "value"], operands: [], relative: 2e-5) {
      inputs, _ in
      operation(inputs[0], inputs[1], inputs[2], 2, mask, nil, .none)
    }
    let weights = attentionWeights(
      query: try fixture.tensor("input.query"), key: try fixture.tensor("input.key"),
      headCount: 2, mask: mask)
    try fixture.expectOutput(weights, "weights")
  }

  @Test(arguments: [("smoothed", Float(0.1)), ("plain", 0)])
  func crossEntropyMatches(_ name: String, _ smoothing: Float) throws {
    let fixture = try Fixture("cross_entropy")
    let expected = try fixture.tokens("input.expected")
    let normalizer = Float(expected.count { $0 >= 0 })
    let loss = try fixture.tensor("output.\(name)_loss")

    let context = ForwardContext.differentiating()
    let logits = context.input(try fixture.tensor("output.logits"))
    let plain = crossEntropy(
      logits, expected: expected, labelSmoothing: smoothing, normalizer: normalizer)
    expectClose(plain.value, loss, "plain")
    try fixture.expectGradients(
      context.backward(from: plain), inputs: ["\(name)_logits": logits], relative: 2e-5)

    let fused = ForwardContext.differentiating()
    let hidden = fused.input(try fixture.tensor("input.hidden"))
    let weight = fused.input(try fixture.tensor("input.weight"))
    let bias = fused.input(try fixture.tensor("input.bias"))
    let result = projectedCrossEntropy(
      hidden, weight: weight, bias: bias, expected: expected, labelSmoothing: smoothing,
      normalizer: normalizer)
    expectClose(result.loss.value, loss, "projected")
    let plainSum = Double(try fixture.tensor("output.plain_loss").scalar) * Double(normalizer)
    #expect(abs(result.negativeLogLikelihood - plainSum) < 1e-5 * plainSum)
    try fixture.expectGradients(
      fused.backward(from: result.loss),
      inputs: ["\(name)_hidden": hidden, "\(name)_weight": weight, "\(name)_bias": bias],
      relative: 2e-5)
  }
}
