import AttentionKit
import Foundation

/// A recurrent encoder-decoder as its papers describe it, for one sentence at a time and one step after the other,
/// from small operations: the oracle of ``RecurrentModel``.
struct PlainRecurrentModel {
  let model: RecurrentModel
  private let context = ForwardContext.inference()

  init(_ model: RecurrentModel) { self.model = model }

  private var configuration: RecurrentConfiguration { model.configuration }

  /// Logits of each step, [T, V], and the weights of attention, [T][S].
  func run(_ source: [Int], _ prefix: [Int]) -> (logits: [Variable], weights: [[Float]]) {
    // The encoder, layer by layer.
    var outputs = source.map { row(of: model.sourceEmbedding.weight, $0) }
    var finals: [RecurrentLayerState] = []
    for (index, layer) in model.encoder.layers.enumerated() {
      let forward = walk(layer.forward, outputs)
      var (states, last) = (forward.outputs, forward.last)
      if let backward = layer.backward.map({ walk($0, Array(outputs.reversed())) }) {
        states = zip(states, backward.outputs.reversed()).map { join([$0, $1]) }
        last = RecurrentLayerState(
          hidden: join([last.hidden, backward.last.hidden]),
          cell: last.cell.flatMap { cell in backward.last.cell.map { join([cell, $0]) } })
      }
      if isResidual(index) { states = zip(states, outputs).map { $0 + $1 } }
      outputs = states
      finals.append(last)
    }
    let (first, fed) = bridge(outputs, finals)
    return decode(prefix, outputs, first, fed)
  }

  private func bridge(_ outputs: [Variable], _ finals: [RecurrentLayerState]) -> (
    [RecurrentLayerState], Variable?
  ) {
    let bridge = model.bridge
    let zeros = Variable(.zeros([1, configuration.modelDimension]))
    let columns = outputs.map(\.value.scalars)
    func pooled(_ pool: ([Float]) -> Float) -> Variable {
      let width = columns[0].count
      return Variable(
        Tensor((0..<width).map { column in pool(columns.map { $0[column] }) }, shape: [1, width]))
    }
    let vector: Variable? =
      switch configuration.contextVector {
      case .last: nil
      case .mean: pooled { $0.reduce(0, +) / Float($0.count) }
      case .maximum: pooled { $0.max()! }
      }
    func layer(_ linear: Linear?, _ x: Variable) -> Variable { linear?(x, in: context) ?? x }
    let first = (0..<configuration.decoderLayerCount).map { index -> RecurrentLayerState in
      let noCell = configuration.cell == .lstm ? zeros : nil
      switch configuration.contextUse {
      case .none, .everyStep: return RecurrentLayerState(hidden: zeros, cell: noCell)
      case .firstState, .both: break
      }
      let last = finals[min(index, finals.count - 1)]
      let transforms = configuration.transformsContext
      return RecurrentLayerState(
        hidden: layer(
          transforms ? bridge.hiddenTransforms[index] : nil, vector ?? last.hidden),
        cell: vector == nil
          ? last.cell.map { layer(transforms ? bridge.cellTransforms[index] : nil, $0) } : noCell)
    }
    let isFed = configuration.contextUse == .everyStep || configuration.contextUse == .both
    return (first, isFed ? layer(bridge.fedTransform, vector ?? finals.last!.hidden) : nil)
  }

  private func decode(
    _ prefix: [Int], _ outputs: [Variable], _ first: [RecurrentLayerState], _ fed: Variable?
  ) -> (logits: [Variable], weights: [[Float]]) {
    var states = first
    var attentional = Variable(.zeros([1, configuration.modelDimension]))
    var logits: [Variable] = []
    var allWeights: [[Float]] = []
    for token in prefix {
      var attended: Variable?
      func look(_ query: Variable) {
        let weights = weights(query, outputs)
        allWeights.append(weights)
        attended = zip(outputs, weights).map { $0 * $1 }.reduce(nil) { sum, part in
          sum.map { $0 + part } ?? part
        }
      }
      if configuration.attention == .bahdanau { look(states.last!.hidden) }
      if configuration.attention == .gnmt { look(states[0].hidden) }
      var x = row(of: model.targetEmbedding.weight, token)
      for (index, layer) in model.decoder.layers.enumerated() {
        var parts = [x]
        if index == 0 {
          parts += fed.map { [$0] } ?? []
          if configuration.attention == .bahdanau { parts.append(attended!) }
          if configuration.feedsInput { parts.append(attentional) }
        } else if configuration.attention == .gnmt {
          parts.append(attended!)
        }
        let result = walk(layer, [join(parts)], from: states[index])
        states[index] = result.last
        x = isResidual(index) ? result.outputs[0] + x : result.outputs[0]
      }
      if configuration.attention == .luong { look(x) }
      if configuration.attention == .luong || configuration.attention == .bahdanau {
        x = activate(
          linear(
            join([x, attended!]), weight: context.variable(model.decoder.combination!.weight),
            bias: context.variable(model.decoder.combination!.bias!)), .tanh)
      }
      attentional = x
      let scores = matmul(x, context.variable(model.outputProjection.weight), transposeB: true)
      logits.append(
        model.outputBias.map { scores.addingToRows(context.variable($0)) } ?? scores)
    }
    return (logits, allWeights)
  }

  /// Softmax of the scores of one state with each output.
  private func weights(_ query: Variable, _ outputs: [Variable]) -> [Float] {
    let parameters = Dictionary(
      uniqueKeysWithValues: (model.decoder.score?.parameters ?? []).map {
        ($0.path, Variable($0.parameter.value))
      })
    func length(_ x: Variable) -> Float { (x * x).sum().value.scalar.squareRoot() }
    let scores = outputs.map { output -> Variable in
      switch configuration.score {
      case .dot: return (query * output).sum()
      case .scaledDot: return (query * output).sum() * (1 / Float(query.shape.last).squareRoot())
      case .general:
        let weight = parameters["weight"]!
        let matrix = weight.reshaped([query.shape.last, output.shape.last])
        return (query * matmul(output, matrix, transposeB: true)).sum()
      case .additive:
        let hidden = activate(
          matmul(query, parameters["query.weight"]!, transposeB: true)
            + matmul(output, parameters["key.weight"]!, transposeB: true), .tanh)
        return (hidden * parameters["vector"]!.reshaped([1, -1])).sum()
      case .cosine:
        let factor = exp(parameters["log_scale"]!.value.scalars[0])
        return (query * output).sum() * (factor / length(query) / length(output))
      }
    }
    return softmax(Variable(Tensor(scores.map(\.value.scalar)))).value.scalars
  }

  private func isResidual(_ index: Int) -> Bool {
    configuration.residualFromLayer > 0 && index + 1 >= configuration.residualFromLayer
  }

  private func row(of table: Parameter, _ token: Int) -> Variable {
    context.variable(table).slice(axis: 0, token..<token + 1)
  }

  private func join(_ parts: [Variable]) -> Variable { concatenate(parts, axis: 1) }

  /// One direction over vectors [1, in], in their order.
  private func walk(
    _ layer: RecurrentLayer, _ inputs: [Variable], from initial: RecurrentLayerState? = nil
  ) -> (outputs: [Variable], last: RecurrentLayerState) {
    let sequence = concatenate(inputs, axis: 0).reshaped([1, inputs.count, layer.inputDimension])
    let result = plainRecurrence(
      layer.cell, sequence,
      weights: RecurrentWeights(
        input: context.variable(layer.inputWeight),
        recurrent: context.variable(layer.recurrentWeight),
        inputBias: context.variable(layer.inputBias),
        recurrentBias: context.variable(layer.recurrentBias)),
      initial: initial, lengths: [inputs.count])
    let outputs = inputs.indices.map {
      result.output.slice(axis: 1, $0..<$0 + 1).reshaped([1, layer.hiddenDimension])
    }
    return (outputs, result.state)
  }
}
