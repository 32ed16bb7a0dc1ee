/// How long and how often to measure. Times are in seconds.
public struct RunnerOptions: Codable, Hashable, Sendable {
  /// Order of the turns.
  public var seed: UInt64 = 1
  /// Cycles, and so samples that every contender gets at the least.
  public var cycles = 10
  /// Timed seconds that every contender gets at the least; a fast one takes more turns in a cycle.
  public var minimumTime = 0.5
  /// A sample repeats the work until it lasts this long, so that the clock does not matter.
  public var minimumSampleTime = 0.002
  /// Samples of one contender at the most, as a multiple of `cycles`.
  public var maximumTurnsPerCycle = 20
  /// Time for everything: warm-up and samples. What does not fit has fewer samples and says so.
  public var timeBudget = 60.0
  /// The share of the budget in which contenders are made ready. Those that are not by then become holes, so that on a
  /// busy machine some are measured rather than none.
  public var warmUpShare = 0.7
  /// A contender whose single run takes longer than this becomes a hole.
  public var longestRun = 20.0
  /// Warm-up ends when this many runs in a row agree within `warmUpTolerance`,
  public var warmUpWindow = 3
  /// the share by which they may differ,
  public var warmUpTolerance = 0.1
  /// or after this time, whatever happens.
  public var warmUpTime = 1.0
  /// From this relative spread (p95 - p5 over the median) on, a result carries a warning.
  public var wideSpread = 0.25
  /// Whether to measure the memory of one run of each contender.
  public var measuresMemory = true
  /// Whether everything is driven out of the processor's caches before each turn. A turn is then a single run.
  public var coldCache = false

  /// The default way of measuring.
  public init() {}
}
