/// Between [B, T, D], as layers see sequences, and [T, B, D] in another order of sequences, as a recurrence
/// works through them.
public struct TimeMajorOrder: Sendable {
  /// Where each sequence stands: position in [T, B, D] to row in [B, T, D].
  public let order: [Int]
  /// Real lengths, in the order of the rows of [B, T, D].
  public let lengths: [Int]
  /// How many sequences are at least t + 1 long, for each t.
  public let activeCounts: [Int]
  /// Whether each sequence is read from its own last token to its first.
  public let isReversed: Bool

  /// - Parameter steps: T
  public init(lengths: [Int], steps: Int, isReversed: Bool) {
    self.lengths = lengths
    self.isReversed = isReversed
    order = lengths.indices.sorted {
      lengths[$0] != lengths[$1] ? lengths[$0] > lengths[$1] : $0 < $1
    }
    activeCounts = (0..<steps).map { step in lengths.reduce(0) { $0 + ($1 > step ? 1 : 0) } }
  }

  /// Calls `body` with the row of [B · T] that belongs to each running row of [T · B].
  private func forEachRow(_ body: (_ batchMajor: Int, _ timeMajor: Int) -> Void) {
    let (batch, steps) = (order.count, activeCounts.count)
    ThreadPool.forEachRange(of: steps, grain: max(1, 256 / max(1, batch))) { range in
      for step in range {
        for position in 0..<activeCounts[step] {
          let row = order[position]
          let time = isReversed ? lengths[row] - 1 - step : step
          body(row * steps + time, step * batch + position)
        }
      }
    }
  }

  /// [B, T, D] to [T, B, D]; what is padding is 0.
  public func gather(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, width: Int
  ) {
    if activeCounts.last != order.count {
      target.update(repeating: 0, count: order.count * activeCounts.count * width)
    }
    forEachRow { batchMajor, timeMajor in
      (target + timeMajor * width).update(from: source + batchMajor * width, count: width)
    }
  }

  /// [T, B, D] to [B, T, D]; what is padding is 0.
  public func scatter(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, width: Int
  ) {
    if activeCounts.last != order.count {
      target.update(repeating: 0, count: order.count * activeCounts.count * width)
    }
    forEachRow { batchMajor, timeMajor in
      (target + batchMajor * width).update(from: source + timeMajor * width, count: width)
    }
  }
}
