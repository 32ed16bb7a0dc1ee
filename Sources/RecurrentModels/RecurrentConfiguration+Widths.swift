internal import Kernels

// What goes in and comes out of each layer, from which both the layers and their numbers of parameters follow.

extension RecurrentConfiguration {
  /// The widths of a layer of the encoder.
  struct EncoderLayerWidths {
    let inputDimension: Int
    /// H of each direction.
    let directionDimension: Int
    let isBidirectional: Bool
    var outputDimension: Int { directionDimension * (isBidirectional ? 2 : 1) }
  }

  var encoderLayers: [EncoderLayerWidths] {
    var layers: [EncoderLayerWidths] = []
    for index in 0..<encoderLayerCount {
      let isBidirectional =
        encoderDirection == .bidirectional
        || encoderDirection == .firstBidirectional && index == 0
      layers.append(
        EncoderLayerWidths(
          inputDimension: layers.last?.outputDimension ?? modelDimension,
          directionDimension: isBidirectional && directionWidth == .half
            ? modelDimension / 2 : modelDimension, isBidirectional: isBidirectional))
    }
    return layers
  }

  /// E: the width of the encoder's output.
  var memoryDimension: Int { encoderLayers.last?.outputDimension ?? modelDimension }

  /// The encoder layer from whose last states a decoder layer starts: the one of the same number, or the last.
  func encoderLayer(forDecoderLayer index: Int) -> Int { min(index, encoderLayerCount - 1) }

  /// The width of what a decoder layer's first state is made from.
  func firstStateDimension(decoderLayer index: Int) -> Int {
    contextVector == .last
      ? encoderLayers[encoderLayer(forDecoderLayer: index)].outputDimension : memoryDimension
  }

  /// The width of the input of each learned transform of the context vector.
  var contextTransformInputs: [Int] {
    guard transformsContext else { return [] }
    var inputs: [Int] = []
    if contextUse.isFirstState {
      for layer in 0..<decoderLayerCount {
        let transforms = cell.hasCellState && contextVector == .last ? 2 : 1
        inputs += Array(
          repeating: firstStateDimension(decoderLayer: layer), count: transforms)
      }
    }
    return inputs + (contextUse.isFedEveryStep ? [memoryDimension] : [])
  }

  /// The width of the vector that is fed at every step; 0: none is.
  var fedContextDimension: Int {
    contextUse.isFedEveryStep ? (transformsContext ? modelDimension : memoryDimension) : 0
  }

  /// The width of the input of each decoder layer.
  var decoderInputDimensions: [Int] {
    (0..<decoderLayerCount).map { index in
      if index > 0 { return modelDimension + (attention == .gnmt ? memoryDimension : 0) }
      return modelDimension + fedContextDimension + (attention == .bahdanau ? memoryDimension : 0)
        + (feedsInput ? modelDimension : 0)
    }
  }

  /// Whether there is a layer õ = tanh(W [state; attended]).
  var hasCombination: Bool { attention == .luong || attention == .bahdanau }

  /// How layers start.
  var layerInitialization: RecurrentLayer.Initialization {
    RecurrentLayer.Initialization(
      isOrthogonal: recurrentInitialization == .orthogonal, forgetBias: forgetBias)
  }

  /// The number of parameters a model of this shape has.
  public var parameterCount: Int {
    let d = modelDimension
    func linear(_ input: Int) -> Int { (input + 1) * d }
    var count = targetVocabularySize * d
    if tying != .all { count += sourceVocabularySize * d }
    if tying == .none { count += targetVocabularySize * d }
    if hasOutputBias { count += targetVocabularySize }
    for layer in encoderLayers {
      count +=
        (layer.isBidirectional ? 2 : 1)
        * RecurrentLayer.parameterCount(
          cell, inputDimension: layer.inputDimension, hiddenDimension: layer.directionDimension)
    }
    for input in decoderInputDimensions {
      count += RecurrentLayer.parameterCount(cell, inputDimension: input, hiddenDimension: d)
    }
    for input in contextTransformInputs { count += linear(input) }
    if attention != .none { count += scoreParameterCount }
    if hasCombination { count += linear(d + memoryDimension) }
    return count
  }

  private var scoreParameterCount: Int {
    switch score {
    case .dot, .scaledDot: 0
    case .general: modelDimension * memoryDimension
    case .additive: additiveDimension * (modelDimension + memoryDimension + 1)
    case .cosine: 1
    }
  }

  /// A of the additive score.
  var additiveDimension: Int { attentionDimension > 0 ? attentionDimension : modelDimension }

  /// This configuration at the even width at which the model has nearest as many parameters as another.
  public func matching(parameterCount: Int) -> RecurrentConfiguration {
    matching(Double(parameterCount)) { Double($0.parameterCount) }
  }

  /// This configuration at the even width at which a training step takes nearest as many operations as another
  /// model's, forward and backward, for one pair of sequences (``RecurrentCost/trainingStep``).
  ///
  /// - Parameters:
  ///   - trainingOperations: the other model's, such as a Transformer's `TransformerCost.trainingStep`.
  public func matching(trainingOperations: Double, sourceLength: Int, targetLength: Int)
    -> RecurrentConfiguration
  {
    matching(trainingOperations) {
      RecurrentCost($0, sourceLength: sourceLength, targetLength: targetLength).trainingStep
    }
  }

  /// At the even width at which something that grows with the width is nearest to a number.
  private func matching(_ number: Double, _ size: (RecurrentConfiguration) -> Double)
    -> RecurrentConfiguration
  {
    var best = self
    best.modelDimension = 2
    var candidate = best
    while size(candidate) < number {
      best = candidate
      candidate.modelDimension += 2
    }
    return size(candidate) - number < number - size(best) ? candidate : best
  }
}
