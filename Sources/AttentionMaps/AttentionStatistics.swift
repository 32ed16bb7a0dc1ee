import Foundation

/// What a head does, in numbers. Each is a mean over the queries; a query without any weight is left out, and
/// weights that do not add up to 1 are divided by their sum.
public struct AttentionStatistics: Sendable, Equatable {
  /// How spread the weights are: -Σ w ln w in nats, from 0 (one key) to the logarithm of the number of keys.
  public let entropy: Double
  /// The entropy as a share of the largest possible one, over the queries that have a choice: 0 is one key, 1
  /// all alike. In the decoder's self-attention a query has itself and the keys before it to choose from.
  /// `nil` when no query has a choice.
  public let normalizedEntropy: Double?
  /// How far away a query looks, in keys: Σ w |j - d(i)|, where d(i) is the query's place on the diagonal from
  /// the first pair to the last, its own position in self-attention.
  public let meanDistance: Double
  /// The mean of the largest weight (Voita et al. 2019, section 4).
  public let confidence: Double
  /// How near the diagonal the weights are: 1 - Σ w |j - d(i)| / max |j - d(i)|; 1 is the diagonal itself
  /// (after Zhang et al. 2021, arXiv:2011.04906, for self-attention, where d(i) = i).
  public let diagonality: Double

  /// The statistics of a map; `nil` for one without any weight.
  public init?(of map: LabeledAttentionMap) {
    var count = 0
    var (entropy, distance, confidence, diagonality) = (0.0, 0.0, 0.0, 0.0)
    var (share, choiceCount) = (0.0, 0)
    for query in map.queries.indices {
      let row = map.row(query).map(Double.init)
      let total = row.reduce(0, +)
      if !(total > 0) { continue }
      count += 1
      let weights = row.map { $0 / total }
      let rowEntropy = weights.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
      entropy += rowEntropy
      let choices = Self.choiceCount(of: query, in: map)
      if choices > 1 {
        share += rowEntropy / log(Double(choices))
        choiceCount += 1
      }
      let place = Self.diagonal(query, in: map)
      let away = weights.enumerated().reduce(0) { $0 + $1.element * abs(Double($1.offset) - place) }
      let farthest = max(place, Double(map.keys.count - 1) - place)
      distance += away
      diagonality += farthest > 0 ? 1 - away / farthest : 1
      confidence += weights.max() ?? 0
    }
    if count == 0 { return nil }
    let rows = Double(count)
    self.entropy = entropy / rows
    normalizedEntropy = choiceCount == 0 ? nil : share / Double(choiceCount)
    meanDistance = distance / rows
    self.confidence = confidence / rows
    self.diagonality = diagonality / rows
  }

  /// Where a query stands among the keys: the ends belong together.
  private static func diagonal(_ query: Int, in map: LabeledAttentionMap) -> Double {
    let last = Double(map.keys.count - 1)
    return map.queries.count > 1 ? Double(query) * last / Double(map.queries.count - 1) : last / 2
  }

  private static func choiceCount(of query: Int, in map: LabeledAttentionMap) -> Int {
    guard map.kind == .decoderSelf else { return map.keys.count }
    // The last query sees all keys, also where keys of a cache come before the first query.
    return max(0, query + 1 + map.keys.count - map.queries.count)
  }
}

extension LabeledAttentionMap {
  /// What the head does, in numbers; `nil` without any weight.
  public var statistics: AttentionStatistics? { AttentionStatistics(of: self) }
}

extension AttentionMapSet {
  /// A line for each map: entropy, normalised entropy, mean distance, confidence and diagonality.
  public var statisticsTable: String {
    let header = [
      "kind", "layer", "head", "entropy", "normalized", "distance", "confidence", "diagonality",
    ]
    let lines = maps.map { map in
      let statistics = map.statistics
      let numbers = [
        statistics?.entropy, statistics?.normalizedEntropy, statistics?.meanDistance,
        statistics?.confidence, statistics?.diagonality,
      ]
      return [
        map.kind.rawValue, map.layer.map(String.init) ?? "mean",
        map.head.map(String.init) ?? "mean",
      ] + numbers.map { $0.map { String(format: "%.3f", $0) } ?? "-" }
    }
    let table = [header] + lines
    let widths = header.indices.map { column in table.map { $0[column].count }.max()! }
    return table.map { line in
      line.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        return column == 0 ? text + space : space + text
      }.joined(separator: "  ") + "\n"
    }.joined()
  }
}
