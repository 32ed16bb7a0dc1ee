public import Autograd
public import CoreLayers
internal import Kernels
internal import SequenceModels
public import Tensors
public import TiedEmbeddings

/// A recurrent encoder-decoder with attention: a bidirectional LSTM reads the source, an LSTM that starts from
/// its last states writes the target, and each of its states looks at the source through dot attention
/// (Luong et al. 2015, without input feeding, so that attention is computed for all steps at once):
/// logits = E tanh(W [o; attention(o, source)]).
public struct AttentiveLSTM: Layer {
  /// The model's shape.
  public let configuration: RecurrentConfiguration
  /// Source and target embedding and output projection.
  public let embedding: TiedEmbedding
  /// For each layer the direction forwards and the one backwards.
  public let encoder: [BidirectionalLSTMLayer]
  /// One direction: forwards.
  public let decoder: [LSTMLayer]
  /// 2D to D, with tanh.
  public let combination: Linear

  /// A new model with random parameters; `modelDimension` must be even.
  public init(_ configuration: RecurrentConfiguration, seed: UInt64 = 0) {
    let width = configuration.modelDimension
    if width < 2 || width % 2 != 0 || configuration.layerCount < 1 {
      fatalError(
        "AttentiveLSTM: expected an even modelDimension and at least one layer, found \(width) and "
          + "\(configuration.layerCount)")
    }
    self.configuration = configuration
    var generator = SeededGenerator(seed: seed)
    embedding = TiedEmbedding(
      vocabularySize: configuration.vocabularySize, modelDimension: width, factor: 1,
      using: &generator)
    var encoder: [BidirectionalLSTMLayer] = []
    var decoder: [LSTMLayer] = []
    for _ in 0..<configuration.layerCount {
      encoder.append(BidirectionalLSTMLayer(dimension: width, using: &generator))
      decoder.append(
        LSTMLayer(inputDimension: width, hiddenDimension: width, using: &generator))
    }
    self.encoder = encoder
    self.decoder = decoder
    combination = Linear(
      inputDimension: 2 * width, outputDimension: width, activation: .tanh, using: &generator)
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    [.layer("embedding", embedding)] + LayerChild.layers("encoder", encoder)
      + LayerChild.layers("decoder", decoder) + [.layer("combination", combination)]
  }

  /// h and c of each decoder layer.
  typealias States = [(hidden: Variable, cell: Variable)]

  /// The decoder's outputs, combined with what each looks at in the source: [B, T, D].
  ///
  /// - Returns: the outputs and the states after the last step.
  func decode(
    _ decoderInput: TokenBatch, from states: States, memory: RecurrentMemory,
    in context: ForwardContext
  ) throws -> (output: Variable, states: States) {
    try decoderInput.check(vocabularySize: configuration.vocabularySize)
    if decoderInput.count != memory.lengths.count {
      throw SequenceModelError.unequalCounts(
        sources: memory.lengths.count, targets: decoderInput.count)
    }
    var output = embed(decoderInput, in: context)
    var last: States = []
    for (index, layer) in decoder.enumerated() {
      let result = layer(
        between(output, index, in: context), initial: states[index],
        lengths: decoderInput.lengths, in: context)
      output = result.output
      last.append((result.hidden, result.cell))
    }
    let attended = attention(
      query: output, key: memory.output, value: memory.output, headCount: 1,
      mask: .padding(keyLengths: memory.lengths, queryLengths: decoderInput.lengths), scale: 1)
    return (combination(concatenate([output, attended], axis: 2), in: context), last)
  }

  func embed(_ tokens: TokenBatch, in context: ForwardContext) -> Variable {
    embedding.embed(tokens.tokens, shape: [tokens.count, tokens.maximumLength], in: context)
  }

  /// Dropout between layers, not before the first.
  func between(_ input: Variable, _ index: Int, in context: ForwardContext) -> Variable {
    index == 0
      ? input : dropout(input, context.nextDropout(rate: configuration.dropoutRate))
  }
}

/// A layer of the encoder: one LSTM each way, of half the width, their outputs side by side.
public struct BidirectionalLSTMLayer: Layer {
  /// Reads from the first token on.
  public let forward: LSTMLayer
  /// Reads from the last token back.
  public let backward: LSTMLayer

  /// - Parameter dimension: of the input and of both outputs together; even.
  public init(dimension: Int, using generator: inout SeededGenerator) {
    forward = LSTMLayer(
      inputDimension: dimension, hiddenDimension: dimension / 2, using: &generator)
    backward = LSTMLayer(
      inputDimension: dimension, hiddenDimension: dimension / 2, isReversed: true,
      using: &generator)
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    [.layer("forward", forward), .layer("backward", backward)]
  }

  /// - Parameter input: [B, T, D]
  /// - Returns: outputs [B, T, D] and last states [B, D], both directions side by side.
  public func callAsFunction(_ input: Variable, lengths: [Int], in context: ForwardContext)
    -> LSTMResult
  {
    let left = forward(input, lengths: lengths, in: context)
    let right = backward(input, lengths: lengths, in: context)
    return LSTMResult(
      output: concatenate([left.output, right.output], axis: 2),
      hidden: concatenate([left.hidden, right.hidden], axis: 1),
      cell: concatenate([left.cell, right.cell], axis: 1))
  }
}
