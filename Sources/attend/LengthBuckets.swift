import AttentionKit

/// How sources are sorted by their length, for scores of the short ones and of the long ones.
struct LengthBuckets {
  /// What lengths are counted in.
  enum Unit: String, CaseIterable {
    /// Of the model: what it reads one after another.
    case tokens
    /// Between white space; equal for models that cut text differently.
    case words
    case characters
  }

  /// Lengths from the shortest to the longest; without a longest, all from the shortest.
  struct Bucket: Hashable {
    let shortest: Int
    let longest: Int?
  }

  struct Group {
    let bucket: Bucket
    /// The places of the sources, in their order.
    var rows: [Int] = []
    fileprivate var totalLength = 0

    var meanLength: Double { Double(totalLength) / Double(max(1, rows.count)) }
  }

  private enum Division {
    /// 1 to so many, and so on.
    case width(Int)
    /// Where each begins, in ascending order.
    case edges([Int])
  }

  let unit: Unit
  private let division: Division

  static let options: [Arguments.Option] = [
    .init("--by-length", nil, "the scores of sources of each length, too"),
    .init(
      "--length-buckets", "N",
      "of so many lengths each (default 5), or a list: 1,6,11,21 where they begin"),
    .init(
      "--length-unit", "UNIT",
      "tokens of the model (its default), words (that of files) or characters"),
  ]

  /// `nil` when scores by length are not wanted.
  init?(_ arguments: Arguments) throws {
    guard arguments.has("--by-length") else {
      for option in Self.options where arguments.has(option.name) {
        throw UsageError("\(option.name) needs --by-length")
      }
      return nil
    }
    let hasModel = arguments.has("--model")
    unit = try arguments.choice("--length-unit", Unit.self, default: hasModel ? .tokens : .words)
    if unit == .tokens && !hasModel {
      throw UsageError("--length-unit tokens needs --model; files have words or characters")
    }
    division = try Self.division(arguments["--length-buckets"] ?? "5")
  }

  private static func division(_ text: String) throws -> Division {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }.filter { $0 >= 0 }
    let isAscending = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
    guard numbers.count == parts.count, isAscending, numbers != [0] else {
      throw UsageError(
        "--length-buckets: expected a whole number of at least 1, or several in ascending order with "
          + "commas between, found \"\(text)\"")
    }
    return numbers.count == 1 ? .width(numbers[0]) : .edges(numbers)
  }

  /// The buckets that have sources, from the shortest on.
  ///
  /// - Parameter tokens: what cuts a source into the model's tokens.
  func groups(of sources: [String], tokens: any Tokenizer) -> [Group] {
    let tokenizer: any Tokenizer =
      switch unit {
      case .tokens: tokens
      case .words: WordTokenizer()
      case .characters: CharacterTokenizer()
      }
    var groups: [Bucket: Group] = [:]
    for (row, source) in sources.enumerated() {
      let length = tokenizer.encode(source).count
      let bucket = bucket(of: length)
      groups[bucket, default: Group(bucket: bucket)].rows.append(row)
      groups[bucket]?.totalLength += length
    }
    return groups.values.sorted { $0.bucket.shortest < $1.bucket.shortest }
  }

  private func bucket(of length: Int) -> Bucket {
    switch division {
    case .width(let width):
      // Nothing is a length of its own, so that the first bucket is as wide as the others.
      if length == 0 { return Bucket(shortest: 0, longest: 0) }
      let shortest = (length - 1) / width * width + 1
      return Bucket(shortest: shortest, longest: shortest + width - 1)
    case .edges(let edges):
      let next = edges.firstIndex { $0 > length } ?? edges.count
      return Bucket(
        shortest: next == 0 ? 0 : edges[next - 1],
        longest: next < edges.count ? edges[next] - 1 : nil)
    }
  }
}
