import ModelFiles

extension AttentionMapSet {
  /// The maps as JSON: for each kind its tokens once, and for each map layer, head (null for a mean), the
  /// weights of each query, and the statistics.
  ///
  ///     {"format": "attention-maps", "version": 1, "kinds": [{"kind": "cross", "queries": [...],
  ///      "keys": [...], "maps": [{"layer": 0, "head": 0, "weights": [[...]], "entropy": ...}]}]}
  public var json: String {
    func strings(_ tokens: [String]) -> StrictJSON { .array(tokens.map { .string($0) }) }
    let kinds = kinds.map { kind -> StrictJSON in
      let maps = maps(of: kind)
      return .object([
        .init("kind", .string(kind.rawValue)), .init("queries", strings(maps[0].queries)),
        .init("keys", strings(maps[0].keys)), .init("maps", .array(maps.map(Self.object))),
      ])
    }
    return StrictJSON.object([
      .init("format", .string("attention-maps")), .init("version", .number(1)),
      .init("kinds", .array(kinds)),
    ]).text + "\n"
  }

  private static func object(_ map: LabeledAttentionMap) -> StrictJSON {
    let rows = map.queries.indices.map { query in
      StrictJSON.array(map.row(query).map { .number("\($0)") })
    }
    var members: [StrictJSON.Member] = [
      .init("layer", map.layer.map { .number($0) } ?? .null),
      .init("head", map.head.map { .number($0) } ?? .null), .init("weights", .array(rows)),
    ]
    if let statistics = map.statistics {
      let numbers: [(String, Double?)] = [
        ("entropy", statistics.entropy), ("normalizedEntropy", statistics.normalizedEntropy),
        ("meanDistance", statistics.meanDistance), ("confidence", statistics.confidence),
        ("diagonality", statistics.diagonality),
      ]
      members += numbers.map { name, value in .init(name, value.map { .number("\($0)") } ?? .null) }
    }
    return .object(members)
  }

  /// Reads what ``json`` wrote.
  ///
  /// - Throws: `StrictJSONError` for what is no JSON, ``AttentionMapError`` for what is not a set of maps.
  public init(json text: some Sequence<UInt8>) throws {
    let root = try StrictJSON(parsing: text)
    guard case .string("attention-maps")? = root["format"], root["version"]?.integer == 1 else {
      throw AttentionMapError.notAMapSet(
        place: "format", problem: "expected attention-maps, version 1")
    }
    var maps: [LabeledAttentionMap] = []
    for (index, group) in try Self.array(root["kinds"], "kinds").enumerated() {
      let place = "kinds[\(index)]"
      guard case .string(let name)? = group["kind"],
        let kind = LabeledAttentionMap.Kind(rawValue: name)
      else {
        throw AttentionMapError.notAMapSet(
          place: place + ".kind",
          problem: "expected one of "
            + LabeledAttentionMap.Kind.allCases.map(\.rawValue).joined(separator: ", "))
      }
      let queries = try Self.tokens(group["queries"], place + ".queries")
      let keys = try Self.tokens(group["keys"], place + ".keys")
      for (number, map) in try Self.array(group["maps"], place + ".maps").enumerated() {
        let place = "\(place).maps[\(number)]"
        maps.append(
          try LabeledAttentionMap(
            kind: kind, layer: Self.number(map["layer"], place + ".layer"),
            head: Self.number(map["head"], place + ".head"), queries: queries, keys: keys,
            rows: Self.rows(map["weights"], place + ".weights")))
      }
    }
    try self.init(maps)
  }

  private static func array(_ value: StrictJSON?, _ place: String) throws(AttentionMapError)
    -> [StrictJSON]
  {
    guard case .array(let elements)? = value else { throw expected("an array", value, place) }
    return elements
  }

  private static func tokens(_ value: StrictJSON?, _ place: String) throws(AttentionMapError)
    -> [String]
  {
    var tokens: [String] = []
    for element in try array(value, place) {
      guard case .string(let token) = element else { throw expected("text", element, place) }
      tokens.append(token)
    }
    return tokens
  }

  private static func number(_ value: StrictJSON?, _ place: String) throws(AttentionMapError)
    -> Int?
  {
    if case .null? = value { return nil }
    guard let number = value?.integer else {
      throw expected("a whole number or null", value, place)
    }
    return number
  }

  private static func rows(_ value: StrictJSON?, _ place: String) throws(AttentionMapError)
    -> [[Float]]
  {
    var rows: [[Float]] = []
    for row in try array(value, place) {
      var weights: [Float] = []
      for weight in try array(row, place) {
        // Straight to `Float`: by way of `Double` it would be rounded twice.
        guard case .number(let text) = weight, let number = Float(text) else {
          throw expected("a number", weight, place)
        }
        weights.append(number)
      }
      rows.append(weights)
    }
    return rows
  }

  private static func expected(_ what: String, _ value: StrictJSON?, _ place: String)
    -> AttentionMapError
  {
    .notAMapSet(place: place, problem: "expected \(what), found \(value?.kind ?? "nothing")")
  }
}
