public import AttentionLayers
public import AttentionMaps
public import RecurrentModels
public import SequenceModels
internal import Tensors
public import TextProcessing
public import TransformerModels

/// A sequence-to-sequence model whose attention can be looked at.
public protocol AttentiveModel: SequenceModel {
  /// The attention weights of every layer and head while the model reads sources and writes targets: for each
  /// sequence its maps, without padding.
  ///
  /// - Parameters:
  ///   - source: B source sequences.
  ///   - decoderInput: what the decoder reads for each, the start token first.
  func attentionWeights(source: TokenBatch, decoderInput: TokenBatch) throws -> [[AttentionMap]]

  /// What the model's attention from target to source is called in maps.
  var sourceAttentionKind: LabeledAttentionMap.Kind { get }
}

extension AttentiveModel {
  /// From the decoder to the encoder.
  public var sourceAttentionKind: LabeledAttentionMap.Kind { .cross }

  /// All attention maps of a pair of sentences, with the vocabularies' tokens on their axes.
  ///
  /// A query of the attention to the source is called by the token that the model writes there, the end token
  /// last, so that weights align what is written with what is read. In the decoder's self-attention, queries
  /// and keys are the tokens that the decoder reads, the start token first.
  ///
  /// - Parameters:
  ///   - source: the source's tokens.
  ///   - target: the target's tokens, without start and end.
  ///   - isFinished: whether the end token follows; a search may have stopped before.
  ///   - sourceVocabulary: what source tokens are called.
  ///   - targetVocabulary: what target tokens are called.
  /// - Throws: what the model throws for tokens that it does not know and lengths that it cannot take.
  public func attentionMaps(
    source: [Int], target: [Int], isFinished: Bool = true, sourceVocabulary: Vocabulary,
    targetVocabulary: Vocabulary
  ) throws -> AttentionMapSet {
    try attentionMaps(
      sources: [source], targets: [target], isFinished: isFinished,
      sourceVocabulary: sourceVocabulary, targetVocabulary: targetVocabulary)[0]
  }

  /// The attention maps of pairs of sentences, computed in one batch; for each pair the same as by itself.
  ///
  /// All weights of the batch are in memory at once, 4 bytes for each of B H (S S + T T + T S) in each layer.
  ///
  /// - Parameters:
  ///   - sources: the sources' tokens, at least one each.
  ///   - targets: the targets' tokens, without start and end.
  ///   - isFinished: whether the end token follows in each; a search may have stopped before.
  ///   - kinds: which maps are wanted; `nil`: all.
  ///   - sourceVocabulary: what source tokens are called.
  ///   - targetVocabulary: what target tokens are called.
  /// - Throws: what the model throws for tokens that it does not know and lengths that it cannot take.
  public func attentionMaps(
    sources: [[Int]], targets: [[Int]], isFinished: Bool = true,
    kinds: Set<LabeledAttentionMap.Kind>? = nil, sourceVocabulary: Vocabulary,
    targetVocabulary: Vocabulary
  ) throws -> [AttentionMapSet] {
    guard sources.count == targets.count else {
      fatalError(
        "attentionMaps: expected a target for each source, found \(sources.count) sources and "
          + "\(targets.count) targets")
    }
    if sources.isEmpty { return [] }
    let read = targets.map { [targetVocabulary.startID] + (isFinished ? $0 : $0.dropLast()) }
    let weights = try attentionWeights(
      source: TokenBatch(sources), decoderInput: TokenBatch(read))
    return try sources.indices.map { row in
      let written = isFinished ? targets[row] + [targetVocabulary.endID] : targets[row]
      let sourceTokens = sources[row].map { sourceVocabulary[$0] }
      let readTokens = read[row].map { targetVocabulary[$0] }
      let writtenTokens = written.isEmpty ? readTokens : written.map { targetVocabulary[$0] }
      return try AttentionMapSet(
        weights[row].compactMap { map in
          let labels: (kind: LabeledAttentionMap.Kind, queries: [String], keys: [String]) =
            switch map.kind {
            case .encoderSelf: (.encoderSelf, sourceTokens, sourceTokens)
            case .decoderSelf: (.decoderSelf, readTokens, readTokens)
            case .cross: (sourceAttentionKind, writtenTokens, sourceTokens)
            }
          if let kinds, !kinds.contains(labels.kind) { return nil }
          return try LabeledAttentionMap(
            map, kind: labels.kind, queries: labels.queries, keys: labels.keys)
        })
    }
  }
}

extension Transformer: AttentiveModel {}

extension RecurrentModel: AttentiveModel {
  /// From a recurrent decoder to its encoder's states.
  public var sourceAttentionKind: LabeledAttentionMap.Kind { .recurrent }
}

extension LabeledAttentionMap {
  /// A model's map with the tokens of its queries and keys.
  ///
  /// - Throws: `AttentionMapError` when there are not as many tokens as the map has rows and columns.
  public init(_ map: AttentionMap, kind: Kind, queries: [String], keys: [String])
    throws(AttentionMapError)
  {
    let shape = map.weights.shape.dimensions
    if shape != [queries.count, keys.count] {
      throw .tensorShape(expected: "[\(queries.count), \(keys.count)]", found: shape)
    }
    try self.init(
      kind: kind, layer: map.layer, head: map.head, queries: queries, keys: keys,
      weights: Array(UnsafeBufferPointer(start: map.weights.pointer, count: map.weights.count)))
  }
}
