extension Swift.Decoder {
  /// Stops at a key that is not among `keys`, so that a misspelt one is not ignored.
  ///
  /// - Throws: `DecodingError`, which names the key and those that are known.
  func refuseUnknownKeys<Key: CodingKey & CaseIterable>(_ keys: Key.Type) throws {
    let known = Key.allCases.map(\.stringValue)
    for key in try container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: codingPath + [key],
          debugDescription: "unknown key \"\(key.stringValue)\"; known: "
            + known.sorted().joined(separator: ", ")))
    }
  }
}

private struct AnyKey: CodingKey {
  let stringValue: String
  let intValue: Int? = nil

  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
