extension AttentionMapSet {
  /// A line for each weight, after a line of names: kind, layer, head, query position, query token, key
  /// position, key token, weight (RFC 4180, lines end with LF).
  ///
  /// Positions count from 0; a mean has no number. Weights have as many digits as they need to be read back
  /// exactly.
  public var csv: String {
    var text = "kind,layer,head,query,query_token,key,key_token,weight\n"
    for map in maps {
      let start =
        "\(map.kind.rawValue),\(map.layer.map(String.init) ?? ""),\(map.head.map(String.init) ?? "")"
      let keys = map.keys.enumerated().map { "\($0.offset),\(Self.field($0.element))" }
      for (query, token) in map.queries.enumerated() {
        let row = "\(start),\(query),\(Self.field(token))"
        for (key, weight) in zip(keys, map.row(query)) { text += "\(row),\(key),\(weight)\n" }
      }
    }
    return text
  }

  /// A token in quotes, with its quotes doubled, so that nothing in it can end it.
  private static func field(_ token: String) -> String {
    var field = "\""
    for scalar in token.unicodeScalars {
      if scalar == "\"" { field += "\"" }
      field.unicodeScalars.append(scalar)
    }
    return field + "\""
  }
}
