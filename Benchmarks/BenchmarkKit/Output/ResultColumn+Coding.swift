/// A column is saved as its word, `"median"`, or as its word and what it depends on, `{"itemRate": "tokens"}`.
extension ResultColumn: Codable {
  private enum Parts: String, CodingKey {
    case itemRate
    case shareOfCeiling
  }

  /// Columns that a word describes.
  private static let words: [String: ResultColumn] = [
    "median": .median, "interval": .interval, "spread": .spread, "minimum": .minimum,
    "samples": .samples, "operations": .operations, "flopRate": .flopRate, "bytes": .bytes,
    "byteRate": .byteRate,
    "memory": .memory, "allocated": .allocated,
  ]

  /// Writes the word.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .itemRate(let item):
      var container = encoder.container(keyedBy: Parts.self)
      try container.encode(item, forKey: .itemRate)
    case .shareOfCeiling(let rate):
      var container = encoder.container(keyedBy: Parts.self)
      try container.encode(rate, forKey: .shareOfCeiling)
    case .median, .interval, .spread, .minimum, .samples, .operations, .flopRate, .bytes, .byteRate,
      .memory, .allocated:
      var container = encoder.singleValueContainer()
      try container.encode(Self.words.first { $0.value == self }?.key)
    }
  }

  /// Reads the word.
  ///
  /// - Throws: `DecodingError` for a word that is none of a column.
  public init(from decoder: any Decoder) throws {
    if let word = try? decoder.singleValueContainer().decode(String.self) {
      guard let column = Self.words[word] else {
        throw DecodingError.dataCorrupted(
          DecodingError.Context(
            codingPath: decoder.codingPath,
            debugDescription:
              "'\(word)' is no column; there are \(Self.words.keys.sorted().joined(separator: ", "))"
          ))
      }
      self = column
      return
    }
    let container = try decoder.container(keyedBy: Parts.self)
    if let item = try container.decodeIfPresent(String.self, forKey: .itemRate) {
      self = .itemRate(item)
    } else {
      self = .shareOfCeiling(try container.decode(Double.self, forKey: .shareOfCeiling))
    }
  }
}
