/// Where a run stands in time, and where the one stood that it continues.
struct RunTimeline {
  /// When this run began, in the clock's nanoseconds.
  let began: UInt64
  /// Seconds of the budget that the turns of an earlier run took.
  let spent: Double
  /// Where the times of this run's samples begin, in seconds: after the last one of the earlier run.
  let offset: Double
  /// The number of the next turn.
  var nextTurn: Int

  /// - Parameter lanes: with the samples of an earlier run, if they have any.
  init(began: UInt64, _ lanes: [Lane]) {
    self.began = began
    spent = lanes.reduce(0) { $0 + $1.earlierTime }
    offset =
      lanes.flatMap { lane in
        lane.samples.map { $0.start + $0.seconds * Double(lane.runsPerSample) }
      }.max() ?? 0
    nextTurn = (lanes.flatMap { $0.samples.map(\.turn) }.max() ?? -1) + 1
  }
}
