public import AttentionLayers
internal import Autograd
public import SequenceModels

extension Transformer {
  /// The attention weights of every layer and head while the model reads a source and writes a target: exactly those
  /// that mix the values of the same pass.
  ///
  /// - Parameters:
  ///   - source: B source sequences.
  ///   - decoderInput: what the decoder reads for each, the start token first.
  /// - Returns: for each sequence its maps, without padding: the encoder's layers, then for each layer of the decoder
  ///   its self-attention and its attention to the source, and within these the heads.
  /// - Throws: ``SequenceModelError`` for tokens outside the vocabulary, ``PositionError`` for a sequence longer
  ///   than the model's positions.
  public func attentionWeights(source: TokenBatch, decoderInput: TokenBatch) throws
    -> [[AttentionMap]]
  {
    let record = AttentionRecord()
    let context = ForwardContext.inference(recording: record)
    let memory = try encode(source, in: context)
    _ = try decode(decoderInput, memory: memory, in: context)

    let (encoders, decoders) = (encoder.layers.count, decoder.layers.count)
    if record.weights.count != encoders + 2 * decoders {
      fatalError(
        "Transformer.attentionWeights: \(encoders) encoder and \(decoders) decoder layers recorded "
          + "\(record.weights.count) attentions")
    }
    var maps = [[AttentionMap]](repeating: [], count: source.count)
    for (index, weights) in record.weights.enumerated() {
      let isEncoder = index < encoders
      let isCross = !isEncoder && (index - encoders) % 2 == 1
      let parts = AttentionMap.maps(
        of: weights, kind: isEncoder ? .encoderSelf : isCross ? .cross : .decoderSelf,
        layer: isEncoder ? index : (index - encoders) / 2,
        queryLengths: isEncoder ? source.lengths : decoderInput.lengths,
        keyLengths: isEncoder || isCross ? source.lengths : decoderInput.lengths)
      for (sequence, part) in parts.enumerated() { maps[sequence] += part }
    }
    return maps
  }

  /// The same for one source and one target.
  ///
  /// - Parameters:
  ///   - source: the source's tokens.
  ///   - decoderInput: what the decoder reads, the start token first.
  public func attentionWeights(source: [Int], decoderInput: [Int]) throws -> [AttentionMap] {
    try attentionWeights(source: TokenBatch([source]), decoderInput: TokenBatch([decoderInput]))[0]
  }
}
