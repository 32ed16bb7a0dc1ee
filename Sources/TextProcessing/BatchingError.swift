/// Pairs that cannot be put into batches as asked.
public enum BatchingError: Error, Equatable, CustomStringConvertible {
  /// A pair is longer than the limit and `LongPairs.refuse` was asked for.
  ///
  /// `place` is where the pair comes from, if that is known.
  case pairTooLong(
    index: Int, sourceLength: Int, targetLength: Int, limit: Int, place: TextPlace? = nil)
  /// A position that this corpus does not have, such as one saved with other data or settings.
  case positionOutside(BatchPosition, batchCount: Int)

  /// The text for a person.
  public var description: String {
    switch self {
    case .pairTooLong(let index, let sourceLength, let targetLength, let limit, let place):
      (place.map { "\($0): " } ?? "")
        + "pair \(index + 1) has \(sourceLength) source and \(targetLength) target tokens (end token "
        + "included), the limit is \(limit); raise the limit or leave long pairs out"
    case .positionOutside(let position, let batchCount):
      "epoch \(position.epoch), batch \(position.batchIndex) does not exist: an epoch has "
        + "\(batchCount) batches; the position was saved with other data or other batch settings"
    }
  }
}
