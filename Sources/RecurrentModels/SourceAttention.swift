internal import Autograd
public import CoreLayers
public import Tensors

/// How a recurrent decoder looks at the outputs of the encoder: a score, softmax over the real ones, and their mean
/// with these weights.
public struct SourceAttention: Layer {
  /// What states and outputs are compared by.
  public let score: RecurrentConfiguration.Score
  /// W of the general score, E to D.
  public let keyProjection: Linear?

  /// - Parameters:
  ///   - queryDimension: D, of the decoder's states.
  ///   - memoryDimension: E, of the encoder's outputs.
  public init(
    _ score: RecurrentConfiguration.Score, queryDimension: Int, memoryDimension: Int,
    using generator: inout SeededGenerator
  ) {
    self.score = score
    keyProjection =
      score == .general
      ? Linear(
        inputDimension: memoryDimension, outputDimension: queryDimension, hasBias: false,
        using: &generator) : nil
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { keyProjection.map { [.layer("key", $0)] } ?? [] }

  /// The outputs of the encoder as scores need them, computed once for all steps: [B, S, D].
  func keys(of output: Variable, in context: ForwardContext) -> Variable {
    keyProjection?(output, in: context) ?? output
  }

  /// What each state finds: [B, T, E].
  ///
  /// - Parameters:
  ///   - query: states, [B, T, D].
  ///   - lengths: the number of real states of each sequence.
  func callAsFunction(
    _ query: Variable, lengths: [Int], source: RecurrentSource, recorder: AttentionRecorder?,
    in context: ForwardContext
  ) -> Variable {
    let mask = AttentionMask.padding(keyLengths: source.lengths, queryLengths: lengths)
    guard let keys = source.keys else { fatalError("SourceAttention: a source without keys") }
    let scale: Float? = score == .scaledDot ? nil : 1
    recorder?.add(
      attentionWeights(
        query: query.value, key: keys.value, headCount: 1, mask: mask, scale: scale))
    return attention(
      query: query, key: keys, value: source.output, headCount: 1, mask: mask, scale: scale)
  }
}
