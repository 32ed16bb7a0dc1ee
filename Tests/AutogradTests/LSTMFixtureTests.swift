import Autograd
import Kernels
import Tensors
import TestSupport
import Testing

/// The LSTM against torch.nn.LSTM: two layers, last states, packed sequences, both directions.
@Suite struct LSTMFixtureTests {
  /// The parameters of one layer and direction, by PyTorch's names.
  private func parameters(_ fixture: Fixture, _ suffix: String) throws -> [(String, Parameter)] {
    try ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map {
      let name = "\($0)_\(suffix)"
      return (name, Parameter(try fixture.tensor("parameter.\(name)")))
    }
  }

  private func weights(_ parameters: [(String, Parameter)], _ context: ForwardContext)
    -> LSTMWeights
  {
    let variables = parameters.map { context.variable($0.1) }
    return LSTMWeights(
      input: variables[0], recurrent: variables[1], inputBias: variables[2],
      recurrentBias: variables[3])
  }

  /// The states of some layers and directions one above the other, [layers, B, H].
  private func stacked(_ states: [Variable]) -> Variable {
    concatenate(states.map { $0.reshaped([1, 3, 11]) }, axis: 0)
  }

  /// Compares outputs and last states, and all gradients of their sum weighted by the upstream gradients.
  private func check(
    _ fixture: Fixture, _ context: ForwardContext, outputs: KeyValuePairs<String, Variable>,
    inputs: KeyValuePairs<String, Variable>, parameters: [(String, Parameter)]
  ) throws {
    var total = Variable(Tensor(scalar: 0))
    for (name, output) in outputs {
      try fixture.expectOutput(output.value, name)
      total = total + (output * Variable(try fixture.tensor("upstream.\(name)"))).sum()
    }
    let gradients = context.backward(from: total)
    try fixture.expectGradients(gradients, inputs: inputs, relative: 2e-5)
    for (name, parameter) in parameters {
      expectClose(
        try #require(gradients[parameter]), try fixture.tensor("parameter_gradient.\(name)"),
        relative: 2e-5, name)
    }
  }

  @Test func twoLayersFromAGivenState() throws {
    let fixture = try Fixture("lstm")
    let context = ForwardContext.differentiating()
    let x = context.input(try fixture.tensor("input.x"))
    let h0 = context.input(try fixture.tensor("input.h0"))
    let c0 = context.input(try fixture.tensor("input.c0"))
    let layers = try (0..<2).map { try parameters(fixture, "l\($0)") }
    var output = x
    var (hidden, cells): ([Variable], [Variable]) = ([], [])
    for (index, layer) in layers.enumerated() {
      let result = lstm(
        output, weights: weights(layer, context),
        initial: (
          h0.slice(axis: 0, index..<index + 1).reshaped([3, 11]),
          c0.slice(axis: 0, index..<index + 1).reshaped([3, 11])
        ), lengths: [5, 5, 5])
      output = result.output
      hidden.append(result.hidden)
      cells.append(result.cell)
    }
    try check(
      fixture, context, outputs: ["y": output, "h": stacked(hidden), "c": stacked(cells)],
      inputs: ["x": x, "h0": h0, "c0": c0], parameters: layers.flatMap { $0 })
  }

  @Test func bothDirectionsOfSequencesOfDifferentLengths() throws {
    let fixture = try Fixture("lstm_bidirectional_packed")
    let lengths = try fixture.integers("input.lengths")
    let context = ForwardContext.differentiating()
    let x = context.input(try fixture.tensor("input.x"))
    let layers = try (0..<2).map { layer in
      try ["l\(layer)", "l\(layer)_reverse"].map { try parameters(fixture, $0) }
    }
    var output = x
    var (hidden, cells): ([Variable], [Variable]) = ([], [])
    for layer in layers {
      let results = layer.enumerated().map { direction, parameters in
        lstm(
          output, weights: weights(parameters, context), lengths: lengths,
          isReversed: direction == 1)
      }
      output = concatenate(results.map(\.output), axis: 2)
      hidden += results.map(\.hidden)
      cells += results.map(\.cell)
    }
    try check(
      fixture, context, outputs: ["y": output, "h": stacked(hidden), "c": stacked(cells)],
      inputs: ["x": x], parameters: layers.flatMap { $0.flatMap { $0 } })
  }
}
