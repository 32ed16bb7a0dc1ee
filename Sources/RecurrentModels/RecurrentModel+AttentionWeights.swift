internal import Autograd
public import SequenceModels
public import Tensors

extension RecurrentModel {
  /// How much each target position looks at each token of the source, [B, T, S], the decoder reading the given
  /// prefixes; rows of real positions sum to 1, those of padding are 0.
  ///
  /// In the decoders of Luong row t belongs to the state that has just read token t of `decoderInput`. In those of
  /// Bahdanau and Wu et al. it belongs to the step that reads that token, and was asked for by the state before it.
  ///
  /// - Returns: nil for a model without attention.
  /// - Throws: ``SequenceModelError`` for tokens outside the vocabularies and unequal numbers of sequences.
  public func attentionWeights(_ source: TokenBatch, _ decoderInput: TokenBatch) throws -> Tensor? {
    let recorder = AttentionRecorder()
    let memory = try encode(source, in: .inference())
    _ = try decode(
      decoderInput, from: memory.start, source: memory.source, recorder: recorder, in: .inference())
    return recorder.weights
  }
}
