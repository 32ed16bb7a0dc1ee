public import AttentionLayers
internal import Autograd
public import CoreLayers
internal import Kernels
public import Tensors

/// Recurrent layers that write the target, with or without attention to the source.
///
/// Where nothing of what attention finds is part of a later step's input, every layer runs over all steps at once;
/// else (Bahdanau, input feeding) the layers take one step after the other.
public struct RecurrentDecoder: Layer {
  /// From the one that reads the embeddings on.
  public let layers: [RecurrentLayer]
  /// What states and outputs of the source are compared by; nil: the decoder does not look at the source.
  public let score: (any ScoreFunction)?
  /// õ = tanh(W [state; attended] + b), D + E to D, in the decoders of Luong and of Bahdanau.
  public let combination: Linear?
  /// Whose decoder this is.
  public let kind: RecurrentConfiguration.Attention
  /// Whether õ is part of the next step's input.
  public let feedsInput: Bool
  /// Of the input of each layer but the first.
  public let dropoutRate: Float
  /// The number, from 1, of the first layer whose input is added to its output; 0: none.
  public let residualFromLayer: Int

  /// A new decoder with random parameters.
  ///
  /// - Parameter score: a score function of one's own, instead of the configuration's.
  public init(
    _ configuration: RecurrentConfiguration, score: (any ScoreFunction)? = nil,
    using generator: inout SeededGenerator
  ) {
    let width = configuration.modelDimension
    layers = configuration.decoderInputDimensions.map {
      RecurrentLayer(
        configuration.cell, inputDimension: $0, hiddenDimension: width,
        initialization: configuration.layerInitialization, using: &generator)
    }
    kind = configuration.attention
    self.score =
      kind == .none ? nil : score ?? configuration.makeScore(using: &generator)
    combination =
      configuration.hasCombination
      ? Linear(
        inputDimension: width + configuration.memoryDimension, outputDimension: width,
        activation: .tanh, using: &generator) : nil
    feedsInput = configuration.feedsInput
    dropoutRate = configuration.dropoutRate
    residualFromLayer = configuration.residualFromLayer
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    LayerChild.layers("layers", layers) + (score.map { [.layer("score", $0)] } ?? [])
      + (combination.map { [.layer("combination", $0)] } ?? [])
  }

  /// What the decoder carries from step to step.
  struct State {
    /// Of each layer.
    var layers: [RecurrentLayerState]
    /// õ of the step before, [B, D], where it is fed.
    var attentional: Variable?

    mutating func select(rows: [Int]) {
      layers = layers.map {
        RecurrentLayerState(
          hidden: $0.hidden.gatherRows(rows), cell: $0.cell?.gatherRows(rows))
      }
      attentional = attentional?.gatherRows(rows)
    }
  }

  /// Whether a step needs what attention found in the one before.
  var isStepwise: Bool { kind == .bahdanau || feedsInput }

  /// - Parameters:
  ///   - input: embedded tokens, [B, T, D].
  ///   - lengths: the number of real tokens of each sequence.
  ///   - state: before the first step.
  /// - Returns: what becomes logits, [B, T, D], and the state after the last step.
  func callAsFunction(
    _ input: RecurrentInput, lengths: [Int], from state: State, source: RecurrentSource,
    in context: ForwardContext
  ) -> (output: Variable, state: State) {
    let steps = input.shape[1]
    if steps == 0 { return (input.sequence, state) }
    var state = state
    var outputs: [Variable] = []
    let sequence = isStepwise && steps > 1 ? input.sequence : nil
    let weights = layers.map { layer in
      let weights = layer.weights(in: context)
      return sequence == nil ? weights : weights.repeated(layer.cell, batch: lengths.count)
    }
    for range in isStepwise ? (0..<steps).map({ $0..<$0 + 1 }) : [0..<steps] {
      let result = pass(
        sequence.map { RecurrentInput($0.slice(axis: 1, range)) } ?? input,
        lengths.map { min(range.count, max(0, $0 - range.lowerBound)) }, from: state, source,
        weights, in: context)
      outputs.append(result.output)
      state = result.state
    }
    let output = outputs.count == 1 ? outputs[0] : concatenate(outputs, axis: 1)
    // No step waits for õ here, so that it can be computed for all steps at once.
    guard kind == .bahdanau, let combination else { return (output, state) }
    return (context.inScope("combination") { combination(output, in: context) }, state)
  }

  /// One step, or all of them where none needs what attention found in another.
  ///
  /// - Returns: what becomes logits, [B, T, D]; for Bahdanau's decoder the states and what they found, [B, T, D + E].
  private func pass(
    _ embedded: RecurrentInput, _ lengths: [Int], from state: State, _ source: RecurrentSource,
    _ weights: [RecurrentWeights], in context: ForwardContext
  ) -> (output: Variable, state: State) {
    let steps = embedded.shape[1]
    func found(by query: Variable) -> Variable? {
      look(query, lengths: lengths, at: source, in: context)
    }
    func asStep(_ row: Variable) -> Variable { row.reshaped([row.shape[0], 1, row.shape[1]]) }

    var attended: Variable?
    if kind == .bahdanau, let last = state.layers.last {
      attended = found(by: asStep(last.hidden))
    }
    var next = state
    var output: Variable?
    for (index, layer) in layers.enumerated() {
      // What a layer gets besides the output of the one below.
      var extra: [Variable] = []
      if index == 0 {
        extra += source.contextVector.map { [$0.repeatedOverTime(steps)] } ?? []
        extra += attended.map { [$0] } ?? []
        extra += state.attentional.map { [asStep($0)] } ?? []
      } else if kind == .gnmt {
        extra += attended.map { [$0] } ?? []
      }
      let below =
        output.map { RecurrentInput(dropout($0, context.nextDropout(rate: dropoutRate))) }
        ?? embedded
      let result = layer(
        extra.isEmpty ? below : RecurrentInput(concatenate([below.sequence] + extra, axis: 2)),
        initial: state.layers[index], lengths: lengths, weights: weights[index])
      next.layers[index] = result.state
      let isResidual = residualFromLayer > 0 && index + 1 >= residualFromLayer
      output = isResidual ? result.output + (output ?? embedded.sequence) : result.output
      if index == 0 && kind == .gnmt {
        // Each step asks with the state of the step before.
        let before = [
          asStep(state.layers[0].hidden), result.output.slice(axis: 1, 0..<steps - 1),
        ]
        attended = found(by: concatenate(before, axis: 1))
      }
    }
    let states = output ?? embedded.sequence
    if kind == .luong { attended = found(by: states) }
    guard let combination, let attended else { return (states, next) }
    var joined = concatenate([states, attended], axis: 2)
    if kind == .luong {
      joined = context.inScope("combination") { combination(joined, in: context) }
    }
    if feedsInput { next.attentional = joined.reshaped([joined.shape[0], joined.shape[2]]) }
    return (joined, next)
  }

  /// What states [B, T, D] find in the source: [B, T, E]; nil for a decoder that does not look.
  private func look(
    _ query: Variable, lengths: [Int], at source: RecurrentSource, in context: ForwardContext
  ) -> Variable? {
    guard let score, let keys = source.keys else { return nil }
    let mask = AttentionMask.padding(keyLengths: source.lengths, queryLengths: lengths)
    context.attentionRecord?.append(score.weights(query, keys, mask: mask, in: context).value)
    return context.inScope("attention") {
      score.attend(query, keys, value: source.output, mask: mask, in: context)
    }
  }
}

extension RecurrentConfiguration {
  /// The score function that ``score`` names.
  func makeScore(using generator: inout SeededGenerator) -> any ScoreFunction {
    switch score {
    case .dot: DotScore()
    case .scaledDot: DotScore.scaled
    case .general:
      GeneralScore(
        queryDimension: modelDimension, keyDimension: memoryDimension, using: &generator)
    case .additive:
      AdditiveScore(
        queryDimension: modelDimension, keyDimension: memoryDimension,
        dimension: additiveDimension, using: &generator)
    case .cosine: CosineScore()
    }
  }
}
