public import AttentionLayers
internal import Autograd
public import SequenceModels
public import Tensors

extension RecurrentModel {
  /// How much each target position looks at each token of the source, [B, T, S], the decoder reading the given
  /// prefixes; rows of real positions sum to 1, those of padding are 0.
  ///
  /// In the decoders of Luong row t belongs to the state that has just read token t of `decoderInput`. In those of
  /// Bahdanau and Wu et al. it belongs to the step that reads that token, and was asked for by the state before it.
  /// Either way it is what the step looks at that says the token after.
  ///
  /// - Returns: nil for a model without attention.
  /// - Throws: ``SequenceModelError`` for tokens outside the vocabularies and unequal numbers of sequences.
  public func sourceWeights(_ source: TokenBatch, _ decoderInput: TokenBatch) throws -> Tensor? {
    let record = AttentionRecord()
    let context = ForwardContext.inference(recording: record)
    let memory = try encode(source, in: context)
    _ = try decode(decoderInput, from: memory.start, source: memory.source, in: context)
    if decoder.score == nil { return nil }
    if record.weights.isEmpty { return .zeros([source.count, 0, source.maximumLength]) }
    // One for each step, or one for all steps.
    let joined = concatenate(record.weights.map { Variable($0) }, axis: 2).value
    return joined.reshaped([joined.shape[0], joined.shape[2], joined.shape[3]])
  }

  /// The same as maps, without padding: for each sequence one, or none for a model without attention.
  ///
  /// - Parameters:
  ///   - source: B source sequences.
  ///   - decoderInput: what the decoder reads for each, the start token first.
  public func attentionWeights(source: TokenBatch, decoderInput: TokenBatch) throws
    -> [[AttentionMap]]
  {
    guard let weights = try sourceWeights(source, decoderInput) else {
      return Array(repeating: [], count: source.count)
    }
    let shape = weights.shape
    return AttentionMap.maps(
      of: weights.reshaped([shape[0], 1, shape[1], shape[2]]), kind: .cross, layer: 0,
      queryLengths: decoderInput.lengths, keyLengths: source.lengths)
  }

  /// The same for one source and one target.
  public func attentionWeights(source: [Int], decoderInput: [Int]) throws -> [AttentionMap] {
    try attentionWeights(source: TokenBatch([source]), decoderInput: TokenBatch([decoderInput]))[0]
  }
}
