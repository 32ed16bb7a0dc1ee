internal import Autograd
internal import CoreLayers
internal import Tensors
public import TextProcessing
internal import TiedEmbeddings
public import TransformerModels

/// The tokens of a model of another library, and which of them are special.
public struct ForeignVocabulary: Sendable, Equatable {
  /// All tokens; a token's index is its number.
  public var tokens: [String]
  /// The number of the token that fills up short sequences, if there is one.
  public var padding: Int?
  /// The number of the token for what is not in the vocabulary, if there is one.
  public var unknown: Int?
  /// The number of the token that begins targets.
  public var start: Int?
  /// The number of the token that ends targets.
  public var end: Int?

  /// The arguments are the properties.
  public init(
    tokens: [String], padding: Int? = nil, unknown: Int? = nil, start: Int? = nil, end: Int? = nil
  ) {
    self.tokens = tokens
    self.padding = padding
    self.unknown = unknown
    self.start = start
    self.end = end
  }

  /// Of our own: special tokens first.
  public init(_ vocabulary: Vocabulary) {
    self.init(
      tokens: vocabulary.tokens, padding: vocabulary.paddingID, unknown: vocabulary.unknownID,
      start: vocabulary.startID, end: vocabulary.endID)
  }

  /// Our own vocabulary of the same tokens, and where each of them is here.
  ///
  /// - Throws: ``ConversionError`` for tokens that are there twice or that a vocabulary file cannot hold.
  func arranged(for path: String) throws -> (
    vocabulary: Vocabulary, origins: [TokenOrigin]
  ) {
    let special = [padding, unknown, start, end]
    let ordinary = tokens.indices.filter { !special.contains($0) }
    let vocabulary = Vocabulary(ordinary.map { tokens[$0] })
    if vocabulary.count != special.count + ordinary.count {
      throw ConversionError(
        file: path, key: "the vocabulary",
        expected:
          "\(ordinary.count) tokens, none of them empty, with a line break, there twice, or named like one of "
          + Vocabulary.specialTokens.joined(separator: " "),
        found: "\(vocabulary.count - special.count) such tokens")
    }
    let ids = special + ordinary
    return (
      vocabulary,
      ids.enumerated().map { index, id in
        // Of two special tokens that are one, such as padding and start, the first is written as often as both.
        TokenOrigin(id: id, isWritten: id != nil && !ids[..<index].contains(id))
      }
    )
  }
}

/// Which token of another vocabulary a token is.
struct TokenOrigin {
  /// Its number there; nil: it has none, and begins as zeros.
  let id: Int?
  /// Whether the model writes it.
  let isWritten: Bool
}

/// A Transformer of another library with what decoding needs to know about its tokens.
public struct ForeignTransformer {
  /// The model, whose tokens have the numbers of the vocabularies.
  public let model: Transformer
  /// Of sources.
  public let source: ForeignVocabulary
  /// Of targets.
  public let target: ForeignVocabulary
  /// Whether sources end in the end token.
  public let appendsSourceEnd: Bool

  /// The arguments are the properties.
  public init(
    model: Transformer, source: ForeignVocabulary, target: ForeignVocabulary,
    appendsSourceEnd: Bool
  ) {
    self.model = model
    self.source = source
    self.target = target
    self.appendsSourceEnd = appendsSourceEnd
  }

  /// The same model with vocabularies of ours, which have the special tokens first.
  ///
  /// - Parameter path: of the model, for messages.
  public func withOwnVocabularies(path: String) throws -> (
    model: Transformer, source: Vocabulary, target: Vocabulary
  ) {
    let target = try target.arranged(for: path)
    let source = self.source == self.target ? target : try self.source.arranged(for: path)
    return (
      try model.rearranged(source: source.origins, target: target.origins), source.vocabulary,
      target.vocabulary
    )
  }
}

extension Transformer {
  /// A model of other tokens, each with the embedding of its origin.
  func rearranged(source: [TokenOrigin], target: [TokenOrigin]) throws -> Transformer {
    var configuration = configuration
    configuration.sourceVocabularySize = source.count
    configuration.targetVocabularySize = target.count
    if !target.allSatisfy(\.isWritten) { configuration.hasOutputBias = true }
    let result = try Transformer(configuration)
    let old = parametersByPath
    for named in result.parameters {
      if let parameter = old[named.path] { named.parameter.value = parameter.value }
    }
    result.targetEmbedding.weight.value = targetEmbedding.weight.value.rows(target)
    if configuration.tying != .all {
      result.sourceEmbedding.weight.value = sourceEmbedding.weight.value.rows(source)
    }
    if configuration.tying == .none {
      result.outputProjection.weight.value = outputProjection.weight.value.rows(target)
    }
    let bias = outputProjection.bias?.value.scalars
    result.outputProjection.bias?.value = Tensor(
      target.map { token in
        token.isWritten ? token.id.flatMap { bias?[$0] } ?? 0 : ForeignTransformer.never
      }, shape: [target.count])
    return result
  }
}

extension ForeignTransformer {
  /// The logit of a token that is never written: its probability is 0 in 32-bit floats.
  static let never: Float = -1e9
}

extension Tensor {
  /// The rows of a matrix that tokens come from; zeros for those that come from nowhere.
  fileprivate func rows(_ rows: [TokenOrigin]) -> Tensor {
    let width = shape.last
    var result = Tensor.zeros([rows.count, width])
    let target = result.mutablePointer
    for (index, row) in rows.enumerated() {
      guard let row = row.id else { continue }
      (target + index * width).update(from: pointer + row * width, count: width)
    }
    return result
  }
}
