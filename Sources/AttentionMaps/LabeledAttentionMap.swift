public import Tensors

/// The attention weights of one head, with the tokens they belong to: what queries (rows) looked at which
/// keys (columns).
public struct LabeledAttentionMap: Sendable, Equatable {
  /// Where in a model the weights come from.
  public enum Kind: String, Sendable, CaseIterable {
    /// Self-attention of the encoder: source to source.
    case encoderSelf = "encoder-self"
    /// Self-attention of the decoder: target to the target so far.
    case decoderSelf = "decoder-self"
    /// From the decoder to the encoder: target to source.
    case cross
    /// From a recurrent decoder to its encoder's states: target to source.
    case recurrent

    /// Whether rows are target tokens and columns source tokens, so that the weights align the two.
    public var alignsTargetToSource: Bool { self == .cross || self == .recurrent }
  }

  /// Where the weights come from.
  public let kind: Kind
  /// The layer, from 0 as in a checkpoint's names; `nil` for a mean of all layers.
  public let layer: Int?
  /// The head, from 0; `nil` for a mean of all heads.
  public let head: Int?
  /// The tokens that look, T of them.
  public let queries: [String]
  /// The tokens that are looked at, S of them.
  public let keys: [String]
  /// T S weights, a row for each query.
  public let weights: [Float]

  /// A head's weights, a row for each query, one row after the other.
  ///
  /// - Throws: ``AttentionMapError`` when there are not T S weights, or one of them is negative, infinite or
  ///   not a number, or a layer or head is negative.
  public init(
    kind: Kind, layer: Int?, head: Int?, queries: [String], keys: [String], weights: [Float]
  ) throws(AttentionMapError) {
    for (name, number) in [("layer", layer), ("head", head)] {
      if let number, number < 0 { throw .negativeNumber(name: name, found: number) }
    }
    if weights.count != queries.count * keys.count {
      throw .weightCount(
        expected: "\(queries.count) rows of \(keys.count) weights, \(queries.count * keys.count)",
        found: weights.count)
    }
    if let place = weights.firstIndex(where: { !($0 >= 0 && $0 < .infinity) }) {
      throw .invalidWeight(
        row: place / keys.count, column: place % keys.count, found: weights[place])
    }
    self.kind = kind
    self.layer = layer
    self.head = head
    self.queries = queries
    self.keys = keys
    self.weights = weights
  }

  /// A head's weights row by row.
  ///
  /// - Throws: ``AttentionMapError``, also for rows of unequal length.
  public init(
    kind: Kind, layer: Int?, head: Int?, queries: [String], keys: [String], rows: [[Float]]
  ) throws(AttentionMapError) {
    if rows.count != queries.count {
      throw .weightCount(expected: "\(queries.count) rows", found: rows.count)
    }
    if let row = rows.firstIndex(where: { $0.count != keys.count }) {
      throw .weightCount(expected: "\(keys.count) weights in row \(row)", found: rows[row].count)
    }
    try self.init(
      kind: kind, layer: layer, head: head, queries: queries, keys: keys,
      weights: rows.flatMap { $0 })
  }

  /// The maps of all heads of a layer.
  ///
  /// - Parameters:
  ///   - weights: [B, H, T', S'] as an attention layer gives them, or [H, T', S']. What lies beyond the
  ///     tokens is padding and left out.
  ///   - row: which sequence of the batch.
  /// - Throws: ``AttentionMapError`` when the tensor is smaller than the tokens need or has other dimensions.
  public static func maps(
    of weights: Tensor, row: Int = 0, kind: Kind, layer: Int, queries: [String], keys: [String]
  ) throws(AttentionMapError) -> [LabeledAttentionMap] {
    let found = weights.shape.dimensions
    let sizes = found.count == 3 ? [1] + found : found
    guard sizes.count == 4, sizes[0] > row, row >= 0, sizes[2] >= queries.count,
      sizes[3] >= keys.count
    else {
      throw .tensorShape(
        expected: "[\(row + 1) or more, heads, \(queries.count) or more, \(keys.count) or more]",
        found: found)
    }
    let (headCount, rowCount, columnCount) = (sizes[1], sizes[2], sizes[3])
    let values = UnsafeBufferPointer(start: weights.pointer, count: weights.count)
    var maps: [LabeledAttentionMap] = []
    for head in 0..<headCount {
      var section: [Float] = []
      section.reserveCapacity(queries.count * keys.count)
      for query in queries.indices {
        let start = ((row * headCount + head) * rowCount + query) * columnCount
        section += values[start..<start + keys.count]
      }
      maps.append(
        try LabeledAttentionMap(
          kind: kind, layer: layer, head: head, queries: queries, keys: keys, weights: section))
    }
    withExtendedLifetime(weights) {}
    return maps
  }

  /// The weight of one query on one key.
  public subscript(query: Int, key: Int) -> Float {
    if !queries.indices.contains(query) || !keys.indices.contains(key) {
      fatalError(
        "LabeledAttentionMap: no weight (\(query), \(key)) in \(queries.count) x \(keys.count)")
    }
    return weights[query * keys.count + key]
  }

  /// The weights of one query.
  public func row(_ query: Int) -> ArraySlice<Float> {
    weights[query * keys.count..<(query + 1) * keys.count]
  }

  /// The largest weight; 0 where there is none.
  public var largestWeight: Float { weights.max() ?? 0 }

  /// In words: "cross-attention, layer 1, head 3".
  public var title: String {
    var parts: [String] = []
    switch kind {
    case .encoderSelf: parts.append("encoder self-attention")
    case .decoderSelf: parts.append("decoder self-attention")
    case .cross: parts.append("cross-attention")
    case .recurrent: parts.append("attention")
    }
    parts.append(layer.map { "layer \($0)" } ?? "mean of all layers")
    parts.append(head.map { "head \($0)" } ?? "mean of all heads")
    return parts.joined(separator: ", ")
  }

  /// The mean of maps of the same tokens, such as those of a layer's heads. What differs between them, layer
  /// or head, is `nil` in it.
  ///
  /// - Throws: ``AttentionMapError`` for no maps or different tokens or kinds.
  public static func mean(of maps: [LabeledAttentionMap]) throws(AttentionMapError)
    -> LabeledAttentionMap
  {
    guard let first = maps.first else { throw .noMaps }
    var sums = [Double](repeating: 0, count: first.weights.count)
    for map in maps {
      guard map.kind == first.kind, map.hasSameTokens(as: first) else {
        throw .differentTokens(map.title, first.title)
      }
      for (place, weight) in map.weights.enumerated() { sums[place] += Double(weight) }
    }
    return try LabeledAttentionMap(
      kind: first.kind, layer: maps.allSatisfy { $0.layer == first.layer } ? first.layer : nil,
      head: maps.allSatisfy { $0.head == first.head } ? first.head : nil, queries: first.queries,
      keys: first.keys, weights: sums.map { Float($0 / Double(maps.count)) })
  }

  /// Whether the tokens are the same, byte for byte.
  func hasSameTokens(as other: LabeledAttentionMap) -> Bool {
    func same(_ a: [String], _ b: [String]) -> Bool {
      a.count == b.count && zip(a, b).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }
    return same(queries, other.queries) && same(keys, other.keys)
  }
}
