/// The shape of a recurrent encoder-decoder.
public struct RecurrentConfiguration: Codable, Equatable, Sendable {
  /// V, of source and target together.
  public var vocabularySize: Int
  /// D: the width of embeddings, of the decoder's states and of both directions of the encoder together; even.
  public var modelDimension: Int
  /// LSTM layers of the encoder and of the decoder.
  public var layerCount: Int
  /// Dropout between layers.
  public var dropoutRate: Float

  /// One layer of width 256 unless said otherwise.
  public init(
    vocabularySize: Int, modelDimension: Int = 256, layerCount: Int = 1, dropoutRate: Float = 0.1
  ) {
    self.vocabularySize = vocabularySize
    self.modelDimension = modelDimension
    self.layerCount = layerCount
    self.dropoutRate = dropoutRate
  }

  /// The number of parameters a model of this shape has.
  public var parameterCount: Int {
    let (d, half) = (modelDimension, modelDimension / 2)
    let encoder = 2 * (4 * half * (d + half) + 8 * half)
    let decoder = 4 * d * (d + d) + 8 * d
    return vocabularySize * d + layerCount * (encoder + decoder) + 2 * d * d + d
  }

  /// The width at which a model has as many parameters as another, to the nearest even number.
  public static func matching(
    parameterCount: Int, vocabularySize: Int, layerCount: Int, dropoutRate: Float = 0.1
  ) -> RecurrentConfiguration {
    var best = RecurrentConfiguration(
      vocabularySize: vocabularySize, modelDimension: 2, layerCount: layerCount,
      dropoutRate: dropoutRate)
    var candidate = best
    while candidate.parameterCount < parameterCount {
      best = candidate
      candidate.modelDimension += 2
    }
    let isNearer =
      candidate.parameterCount - parameterCount < parameterCount - best.parameterCount
    return isNearer ? candidate : best
  }
}
