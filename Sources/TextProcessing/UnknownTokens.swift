/// The tokens of a text that are not in a vocabulary.
public struct UnknownTokens: Sendable, Equatable, CustomStringConvertible {
  /// How many there are, and where the first one is.
  public private(set) var occurrences = Occurrences()
  /// The first one.
  public private(set) var firstToken: String?
  /// How many tokens the text has altogether.
  public private(set) var tokenCount = 0

  /// Those of a text without tokens: none.
  public init() {}

  /// Looks at the tokens of a further line.
  public mutating func add(
    _ tokens: [String], _ vocabulary: Vocabulary, at place: @autoclosure () -> TextPlace? = nil
  ) {
    add(tokens, numbers: vocabulary.encode(tokens), vocabulary, at: place())
  }

  /// Looks at the tokens of a further line whose numbers are known.
  ///
  /// - Parameters:
  ///   - tokens: not asked for where all are in the vocabulary.
  ///   - numbers: of the tokens, one for each.
  public mutating func add(
    _ tokens: @autoclosure () -> [String], numbers: [Int], _ vocabulary: Vocabulary,
    at place: @autoclosure () -> TextPlace? = nil
  ) {
    tokenCount += numbers.count
    for (index, number) in numbers.enumerated() where number == vocabulary.unknownID {
      if firstToken == nil { firstToken = tokens()[index] }
      occurrences.add(at: place())
    }
  }

  /// How many there are; 0 to `tokenCount`.
  public var count: Int { occurrences.count }

  /// The text for a person: "3 of 120 tokens are not in the vocabulary, the first, 'xyz', at FILE:LINE".
  public var description: String {
    let text = "\(count) of \(tokenCount) tokens are not in the vocabulary"
    guard let firstToken else { return text }
    return text + ", the first, '\(firstToken)'" + (occurrences.first.map { ", at \($0)" } ?? "")
  }
}
