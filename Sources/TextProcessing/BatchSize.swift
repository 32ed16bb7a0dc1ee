/// How many tokens and how many places for tokens a batch has.
///
/// A target counts one token more than it holds: in training it is preceded by the start token as input and
/// followed by the end token as output.
public struct BatchSize: Sendable, Equatable {
  /// Real tokens of sources.
  public private(set) var sourceTokens = 0
  /// Real tokens of targets, end tokens included.
  public private(set) var targetTokens = 0
  /// The places of the padded source array, B * S.
  public private(set) var sourcePlaces = 0
  /// The places of the padded target array, B * T.
  public private(set) var targetPlaces = 0

  init() {}

  init(pairs: some Sequence<TokenPair>) {
    var count = 0
    var longestSource = 0
    var longestTarget = 0
    for pair in pairs {
      count += 1
      sourceTokens += pair.source.count
      targetTokens += pair.target.count + 1
      longestSource = max(longestSource, pair.source.count)
      longestTarget = max(longestTarget, pair.target.count + 1)
    }
    sourcePlaces = count * longestSource
    targetPlaces = count * longestTarget
  }

  /// The share of places, source and target together, that hold padding: 0 to 1.
  public var paddingShare: Double {
    let places = sourcePlaces + targetPlaces
    return places == 0 ? 0 : 1 - Double(sourceTokens + targetTokens) / Double(places)
  }

  static func += (a: inout BatchSize, b: BatchSize) {
    a.sourceTokens += b.sourceTokens
    a.targetTokens += b.targetTokens
    a.sourcePlaces += b.sourcePlaces
    a.targetPlaces += b.targetPlaces
  }
}
