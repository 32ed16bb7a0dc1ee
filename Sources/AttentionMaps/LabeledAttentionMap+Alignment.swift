/// How links are taken from attention weights.
public enum AlignmentRule: String, CaseIterable, Sendable {
  /// Each target token with the source token it looks at most; of equal ones the first.
  case largest
  /// Links that are the largest weight of their target token and of their source token.
  case mutual
  /// All pairs whose weight is at least the threshold.
  case all
}

extension LabeledAttentionMap {
  /// The alignment that the weights of a cross-attention show.
  ///
  /// Take one head, or ``mean(of:)`` of several.
  ///
  /// - Parameters:
  ///   - rule: which weights become links.
  ///   - threshold: what a weight must at least have.
  ///   - ignoredQueries: target positions that get no link, such as the end token's.
  ///   - ignoredKeys: source positions that get no link. A query that looks at one of them most stays without.
  /// - Throws: ``AttentionMapError/notFound(wanted:found:)`` for self-attention, which aligns nothing.
  public func alignment(
    by rule: AlignmentRule = .largest, threshold: Float = 0,
    ignoringQueries ignoredQueries: Set<Int> = [],
    keys ignoredKeys: Set<Int> = []
  ) throws(AttentionMapError) -> TokenAlignment {
    guard kind.alignsTargetToSource else {
      throw .notFound(wanted: "alignment of target and source", found: title)
    }
    var links: [TokenAlignment.Link] = []
    let rows = queries.indices.filter { !ignoredQueries.contains($0) }
    let columns = keys.indices.filter { !ignoredKeys.contains($0) }
    for query in rows {
      // A weight of nothing is no link, whatever the threshold.
      func isEnough(_ key: Int) -> Bool { self[query, key] >= threshold && self[query, key] > 0 }
      if rule == .all {
        links += columns.filter(isEnough).map { TokenAlignment.Link($0, query) }
        continue
      }
      guard let key = Self.largest(keys.indices, by: { self[query, $0] }), isEnough(key),
        !ignoredKeys.contains(key),
        rule == .largest || Self.largest(rows, by: { self[$0, key] }) == query
      else { continue }
      links.append(TokenAlignment.Link(key, query))
    }
    return TokenAlignment(links)
  }

  /// The first of the positions with the largest value.
  private static func largest(_ positions: some Sequence<Int>, by value: (Int) -> Float) -> Int? {
    var best: (position: Int, value: Float)?
    for position in positions where best == nil || value(position) > best!.value {
      best = (position, value(position))
    }
    return best?.position
  }
}
