internal import Autograd
internal import SequenceModels
public import Tensors
public import TextProcessing
public import TransformerModels

/// Turns texts into vectors, so that texts of like meaning lie close together: a BERT with its word pieces and what makes
/// one vector of many (Reimers and Gurevych, 2019).
///
/// ```swift
/// let encoder = try SentenceEncoder(huggingFaceFolder: "Data/minilm")
/// let embeddings = try encoder.embeddings(of: ["A cat sleeps.", "The cat is asleep."])  // [2, D]
/// ```
public struct SentenceEncoder {
  /// Cuts texts into pieces.
  public let tokenizer: WordPieceTokenizer
  /// Reads pieces.
  public let model: BERT
  /// How the vector of a text follows from those of its pieces.
  public let pooling: BERT.Pooling
  /// Whether vectors get the length 1, so that their dot products are cosines.
  public let normalizes: Bool
  /// Pieces of a text that are read, the tokens at its beginning and end included.
  public let maximumLength: Int

  /// - Parameter maximumLength: what is over goes away at a text's end; nil: as many as the model has positions.
  /// - Throws: `ConfigurationError` where the parts do not go together.
  public init(
    tokenizer: WordPieceTokenizer, model: BERT, pooling: BERT.Pooling = .mean,
    normalizes: Bool = true, maximumLength: Int? = nil
  ) throws {
    let length = maximumLength ?? model.configuration.maximumLength
    if length < 2 || length > model.configuration.maximumLength {
      throw ConfigurationError(
        field: "maximumLength",
        expected: "a number from 2 to the model's \(model.configuration.maximumLength) positions",
        found: "\(length)")
    }
    if tokenizer.vocabulary.count > model.configuration.vocabularySize {
      throw ConfigurationError(
        field: "vocabularySize",
        expected: "at least as many as the tokenizer's \(tokenizer.vocabulary.count) pieces",
        found: "\(model.configuration.vocabularySize)")
    }
    self.tokenizer = tokenizer
    self.model = model
    self.pooling = pooling
    self.normalizes = normalizes
    self.maximumLength = length
  }

  /// The numbers of a text's pieces as the model reads them.
  public func numbers(of text: String) -> [Int] {
    tokenizer.numbers(of: text, maximumLength: maximumLength)
  }

  /// A vector for each text, in their order: [N, D]. Texts of similar length are computed together; the result does not
  /// depend on it.
  ///
  /// - Parameter batchSize: texts that are computed together at most.
  public func embeddings(of texts: [String], batchSize: Int = 32) throws -> Tensor {
    let sequences = texts.map(numbers)
    let order = sequences.indices.sorted {
      (-sequences[$0].count, $0) < (-sequences[$1].count, $1)
    }
    let width = model.configuration.modelDimension
    var result = Tensor(uninitialized: [texts.count, width])
    for start in stride(from: 0, to: order.count, by: max(1, batchSize)) {
      let rows = order[start..<min(start + max(1, batchSize), order.count)]
      let vectors = try model.sentenceEmbeddings(
        of: TokenBatch(
          rows.map { sequences[$0] }, padding: tokenizer.vocabulary.id(of: .padding)),
        pooling: pooling, normalizes: normalizes, in: .inference()
      ).value
      for (row, place) in zip(rows, 0...) {
        (result.mutablePointer + row * width).update(
          from: vectors.pointer + place * width, count: width)
      }
    }
    return result
  }
}
