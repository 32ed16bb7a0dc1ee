internal import Autograd
public import Tensors
public import TextProcessing
public import TransformerModels

/// The tokens of a model of another library, and which of them are special.
public struct ForeignVocabulary: Sendable, Equatable {
  /// All tokens; a token's index is its number.
  public var tokens: [String]
  /// The numbers of special tokens, where there are any: padding, unknown, and those that begin and end targets.
  public var padding: Int?
  public var unknown: Int?
  public var start: Int?
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

  /// Our own vocabulary of the same tokens, and for each of its numbers the number here; nil: a special token that
  /// this one does not have, or has as another special token already.
  ///
  /// - Throws: ``ConversionError`` for tokens that are there twice or that a vocabulary file cannot hold.
  func arranged(for path: String) throws -> (vocabulary: Vocabulary, rows: [Int?]) {
    var special: [Int?] = []
    for id in [padding, unknown, start, end] {
      special.append(id.flatMap { special.contains($0) ? nil : $0 })
    }
    let ordinary = tokens.indices.filter { !special.contains($0) }
    let vocabulary = Vocabulary(ordinary.map { tokens[$0] })
    if vocabulary.count != special.count + ordinary.count {
      throw ConversionError(
        file: path, key: "the vocabulary",
        expected: "\(ordinary.count) tokens, none of them empty, with a line break, there twice, or named like one of "
          + Vocabulary.specialTokens.joined(separator: " "),
        found: "\(vocabulary.count - special.count) such tokens")
    }
    return (vocabulary, special + ordinary)
  }
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
      try model.rearranged(sourceRows: source.rows, targetRows: target.rows), source.vocabulary,
      target.vocabulary
    )
  }
}

extension Transformer {
  /// A model whose token i is token `rows[i]` of this one. Where there is none its embedding is zero, and no output has it.
  func rearranged(sourceRows: [Int?], targetRows: [Int?]) throws -> Transformer {
    var configuration = configuration
    configuration.sourceVocabularySize = sourceRows.count
    configuration.targetVocabularySize = targetRows.count
    if targetRows.contains(nil) { configuration.hasOutputBias = true }
    let result = try Transformer(configuration)
    let old = Dictionary(
      parameterPaths.map { ($0.path, $0.parameter) }, uniquingKeysWith: { first, _ in first })
    for named in result.parameters {
      if let parameter = old[named.path] { named.parameter.value = parameter.value }
    }
    result.targetEmbedding.weight.value = targetEmbedding.weight.value.rows(targetRows)
    if configuration.tying != .all {
      result.sourceEmbedding.weight.value = sourceEmbedding.weight.value.rows(sourceRows)
    }
    if configuration.tying == .none {
      result.outputProjection.weight.value = outputProjection.weight.value.rows(targetRows)
    }
    let bias = outputProjection.bias?.value.scalars
    result.outputProjection.bias?.value = Tensor(
      targetRows.map { row in row.map { bias?[$0] ?? 0 } ?? ForeignTransformer.never },
      shape: [targetRows.count])
    return result
  }
}

extension ForeignTransformer {
  /// The logit of a token that is never written: its probability is 0 in 32-bit floats.
  static let never: Float = -1e9
}

extension Tensor {
  /// The given rows of a matrix; zeros for nil.
  fileprivate func rows(_ rows: [Int?]) -> Tensor {
    let width = shape.last
    var result = Tensor.zeros([rows.count, width])
    let target = result.mutablePointer
    for (index, row) in rows.enumerated() {
      guard let row else { continue }
      (target + index * width).update(from: pointer + row * width, count: width)
    }
    return result
  }
}
