/// One timed turn of a contender.
public struct Sample: Codable, Hashable, Sendable {
  /// Seconds per run.
  public let seconds: Double
  /// The cycle in which it was taken, from 0.
  public let cycle: Int
  /// Position among all turns of the run, over all contenders, from 0.
  public let turn: Int
  /// Seconds from the start of the suite to the start of the turn.
  public let start: Double
  /// Seconds of the parts of the run, where the workload tells; see `Workload.laps`.
  public let laps: [Double]?

  /// What the processor and the kernel counted, per run; nil where it was not asked for or they count nothing.
  public let counters: CounterValues?

  /// One measurement, times in seconds.
  public init(
    seconds: Double, cycle: Int, turn: Int, start: Double, laps: [Double]? = nil,
    counters: CounterValues? = nil
  ) {
    self.seconds = seconds
    self.cycle = cycle
    self.turn = turn
    self.start = start
    self.laps = laps
    self.counters = counters
  }
}
