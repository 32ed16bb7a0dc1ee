import Autograd
import Kernels
import Tensors
import TestSupport
import Testing

/// Recurrent layers against torch.nn.RNN, GRU and LSTM: two layers, last states, packed sequences, both directions.
@Suite struct RecurrenceFixtureTests {
  /// The cells that PyTorch has.
  static let cells: [RecurrentCell] = [.rnn, .gru, .lstm]

  /// The parameters of one layer and direction, by PyTorch's names.
  private func parameters(_ fixture: Fixture, _ suffix: String) throws -> [(String, Parameter)] {
    try ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map {
      let name = "\($0)_\(suffix)"
      return (name, Parameter(try fixture.tensor("parameter.\(name)")))
    }
  }

  private func weights(_ parameters: [(String, Parameter)], _ context: ForwardContext)
    -> RecurrentWeights
  {
    let variables = parameters.map { context.variable($0.1) }
    return RecurrentWeights(
      input: variables[0], recurrent: variables[1], inputBias: variables[2],
      recurrentBias: variables[3])
  }

  /// The states of some layers and directions one above the other, [layers, B, H].
  private func stacked(_ states: [Variable]) -> Variable {
    concatenate(states.map { $0.reshaped([1, 3, 11]) }, axis: 0)
  }

  /// Compares outputs and last states, and all gradients of their sum weighted by the upstream gradients.
  private func check(
    _ fixture: Fixture, _ context: ForwardContext, output: Variable,
    states: [RecurrentLayerState], inputs: [String: Variable], parameters: [(String, Parameter)]
  ) throws {
    var outputs = [("y", output), ("h", stacked(states.map(\.hidden)))]
    let cells = states.compactMap(\.cell)
    if !cells.isEmpty { outputs.append(("c", stacked(cells))) }
    #expect(fixture.names(after: "output.") == outputs.map(\.0).sorted())
    var total = Variable(Tensor(scalar: 0))
    for (name, output) in outputs {
      try fixture.expectOutput(output.value, name)
      total = total + (output * Variable(try fixture.tensor("upstream.\(name)"))).sum()
    }
    let gradients = context.backward(from: total)
    #expect(fixture.names(after: "input_gradient.") == inputs.keys.sorted())
    let found =
      inputs.map { ("input_gradient.\($0)", gradients[$1]) }
      + parameters.map { ("parameter_gradient.\($0)", gradients[$1]) }
    for (name, gradient) in found {
      expectClose(
        try #require(gradient, "\(name)"), try fixture.tensor(name), relative: 2e-5, name)
    }
  }

  @Test(arguments: cells)
  func twoLayersFromAGivenState(cell: RecurrentCell) throws {
    let fixture = try Fixture(cell.rawValue)
    let context = ForwardContext.differentiating()
    var inputs: [String: Variable] = [:]
    for name in fixture.names(after: "input.") {
      inputs[name] = context.input(try fixture.tensor("input.\(name)"))
    }
    func initial(_ name: String, _ layer: Int) -> Variable? {
      inputs[name].map { $0.slice(axis: 0, layer..<layer + 1).reshaped([3, 11]) }
    }
    let layers = try (0..<2).map { try parameters(fixture, "l\($0)") }
    var output = try #require(inputs["x"])
    var states: [RecurrentLayerState] = []
    for (index, layer) in layers.enumerated() {
      let result = recurrence(
        cell, output, weights: weights(layer, context),
        initial: RecurrentLayerState(
          hidden: try #require(initial("h0", index)), cell: initial("c0", index)),
        lengths: [5, 5, 5])
      output = result.output
      states.append(result.state)
    }
    try check(
      fixture, context, output: output, states: states, inputs: inputs,
      parameters: layers.flatMap { $0 })
  }

  @Test(arguments: cells)
  func bothDirectionsOfSequencesOfDifferentLengths(cell: RecurrentCell) throws {
    let fixture = try Fixture("\(cell.rawValue)_bidirectional_packed")
    let lengths = try fixture.integers("input.lengths")
    let context = ForwardContext.differentiating()
    let x = context.input(try fixture.tensor("input.x"))
    let layers = try (0..<2).map { layer in
      try ["l\(layer)", "l\(layer)_reverse"].map { try parameters(fixture, $0) }
    }
    var output = x
    var states: [RecurrentLayerState] = []
    for layer in layers {
      let results = layer.enumerated().map { direction, parameters in
        recurrence(
          cell, output, weights: weights(parameters, context), lengths: lengths,
          isReversed: direction == 1)
      }
      output = concatenate(results.map(\.output), axis: 2)
      states += results.map(\.state)
    }
    try check(
      fixture, context, output: output, states: states, inputs: ["x": x],
      parameters: layers.flatMap { $0.flatMap { $0 } })
  }
}
