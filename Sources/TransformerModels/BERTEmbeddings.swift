public import Autograd
public import CoreLayers
public import PositionalEncodings
public import SequenceModels
internal import Tensors
public import TiedEmbeddings

/// The bottom of a ``BERT``: the sum of a vector for the token, one for its position and one for its segment,
/// normalised, with dropout.
public struct BERTEmbeddings: Layer {
  /// A vector for each token; not scaled.
  public let tokens: TiedEmbedding
  /// A vector for each position.
  public let positions: LearnedPositions
  /// A vector for each segment: which sentence of a pair a token belongs to.
  public let segments: TiedEmbedding
  /// Over the sum.
  public let norm: LayerNorm
  /// After the norm.
  public let dropout: Dropout

  init(_ configuration: BERTConfiguration, using generator: inout SeededGenerator) {
    let dimension = configuration.modelDimension
    tokens = TiedEmbedding(
      vocabularySize: configuration.vocabularySize, modelDimension: dimension, factor: 1,
      using: &generator)
    positions = LearnedPositions(
      modelDimension: dimension, maximumLength: configuration.maximumLength, using: &generator)
    segments = TiedEmbedding(
      vocabularySize: configuration.segmentCount, modelDimension: dimension, factor: 1,
      using: &generator)
    norm = LayerNorm(dimension: dimension, epsilon: configuration.normEpsilon)
    dropout = Dropout(rate: configuration.dropoutRate)
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    [
      .layer("tokens", tokens), .layer("positions", positions), .layer("segments", segments),
      .layer("norm", norm), .layer("dropout", dropout),
    ]
  }

  /// - Parameter segmentNumbers: the segment of each token; nil: the first for all.
  /// - Returns: [B, S, D]
  /// - Throws: `SequenceModelError` for numbers outside the tables, `PositionError` for a sequence that is too long.
  public func callAsFunction(
    _ batch: TokenBatch, segments segmentNumbers: TokenBatch?, in context: ForwardContext
  ) throws -> Variable {
    try batch.check(vocabularySize: tokens.vocabularySize)
    let shape: Shape = [batch.count, batch.maximumLength]
    var places = try positions.encoding(of: 0..<batch.maximumLength, in: context)
    var ofSegments: Variable?
    if let segmentNumbers {
      if segmentNumbers.lengths != batch.lengths {
        fatalError(
          "BERT: expected as many segment numbers as tokens, found \(segmentNumbers.lengths) and "
            + "\(batch.lengths)")
      }
      try segmentNumbers.check(vocabularySize: segments.vocabularySize)
      ofSegments = segments.embed(segmentNumbers.tokens, shape: shape, in: context)
    } else {
      // One vector for all tokens can be added to that of the position, before there is one for each token.
      let first = context.variable(segments.weight).slice(axis: 0, 0..<1)
      places = places.addingToRows(first.reshaped([-1]))
    }
    let sum = tokens.embed(batch.tokens, shape: shape, positions: places, in: context)
    return dropout(norm(ofSegments.map { sum + $0 } ?? sum, in: context), in: context)
  }
}
