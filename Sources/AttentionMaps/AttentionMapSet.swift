/// The attention maps of one sentence, or pair of sentences: of all layers, heads and kinds of a model.
public struct AttentionMapSet: Sendable, Equatable {
  /// The maps, ordered by kind, layer and head.
  public let maps: [LabeledAttentionMap]

  /// Maps in any order.
  ///
  /// - Throws: ``AttentionMapError`` for two maps of the same kind, layer and head, and for maps of one kind
  ///   with different tokens.
  public init(_ maps: [LabeledAttentionMap]) throws(AttentionMapError) {
    var first: [LabeledAttentionMap.Kind: LabeledAttentionMap] = [:]
    var seen: Set<Place> = []
    for map in maps {
      if let other = first[map.kind], !map.hasSameTokens(as: other) {
        throw .differentTokens(map.title, other.title)
      }
      first[map.kind] = first[map.kind] ?? map
      if !seen.insert(Place(map)).inserted { throw .duplicate(map.title) }
    }
    self.maps = maps.sorted { Place($0) < Place($1) }
  }

  /// The kinds that there are maps of.
  public var kinds: [LabeledAttentionMap.Kind] {
    LabeledAttentionMap.Kind.allCases.filter { kind in maps.contains { $0.kind == kind } }
  }

  /// The maps of a kind, ordered by layer and head.
  public func maps(of kind: LabeledAttentionMap.Kind) -> [LabeledAttentionMap] {
    maps.filter { $0.kind == kind }
  }

  /// The layers of a kind that there are maps of, in their order.
  public func layers(of kind: LabeledAttentionMap.Kind) -> [Int] {
    var layers: [Int] = []
    for map in maps(of: kind) {
      if let layer = map.layer, layers.last != layer { layers.append(layer) }
    }
    return layers
  }

  /// The maps that are wanted.
  ///
  /// - Parameters:
  ///   - kind: `nil`: of every kind.
  ///   - layer: `nil`: of every layer.
  ///   - head: `nil`: of every head.
  /// - Throws: ``AttentionMapError/notFound(wanted:found:)`` when there are none, with what there is.
  public func selecting(kind: LabeledAttentionMap.Kind? = nil, layer: Int? = nil, head: Int? = nil)
    throws(AttentionMapError) -> AttentionMapSet
  {
    let ofKind = maps.filter { kind == nil || $0.kind == kind }
    let ofLayer = ofKind.filter { layer == nil || $0.layer == layer }
    let ofHead = ofLayer.filter { head == nil || $0.head == head }
    if let kind, ofKind.isEmpty {
      throw .notFound(
        wanted: "maps of kind \(kind.rawValue)",
        found: Self.list(kinds.map(\.rawValue)))
    }
    if let layer, ofLayer.isEmpty {
      throw .notFound(
        wanted: "layer \(layer)", found: "layers " + Self.list(ofKind.compactMap(\.layer)))
    }
    if let head, ofHead.isEmpty {
      throw .notFound(
        wanted: "head \(head)", found: "heads " + Self.list(ofLayer.compactMap(\.head)))
    }
    return try AttentionMapSet(ofHead)
  }

  /// The mean over the heads of a kind, of one layer or all.
  ///
  /// - Throws: ``AttentionMapError/notFound(wanted:found:)`` when there are none.
  public func mean(of kind: LabeledAttentionMap.Kind, layer: Int? = nil) throws(AttentionMapError)
    -> LabeledAttentionMap
  {
    try LabeledAttentionMap.mean(of: selecting(kind: kind, layer: layer).maps)
  }

  /// The means over the heads of each layer.
  public func meansOfLayers() throws(AttentionMapError) -> AttentionMapSet {
    var means: [LabeledAttentionMap] = []
    for kind in kinds {
      for layer in layers(of: kind) { means.append(try mean(of: kind, layer: layer)) }
    }
    return try AttentionMapSet(means)
  }

  private static func list(_ numbers: [Int]) -> String {
    list(Set(numbers).sorted().map(String.init))
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.joined(separator: ", ")
  }

  /// What orders maps; means come after what they are means of.
  private struct Place: Hashable, Comparable {
    let kind: Int
    let layer: Int
    let head: Int

    init(_ map: LabeledAttentionMap) {
      kind = LabeledAttentionMap.Kind.allCases.firstIndex(of: map.kind)!
      layer = map.layer ?? .max
      head = map.head ?? .max
    }

    static func < (a: Place, b: Place) -> Bool {
      (a.kind, a.layer, a.head) < (b.kind, b.layer, b.head)
    }
  }
}
