/// Measures contenders against one another.
///
/// Every contender is prepared, checked and warmed up. Then come cycles: in each, all contenders at
/// all sizes take their turns in a new random order, so that a machine that grows slower during the
/// run slows all of them alike instead of whoever comes last. Where contenders have groups, all of this
/// happens group after group.
public struct Runner {
  /// How long and how often to measure.
  public var options: RunnerOptions
  /// Empties the program's memory pools before memory is measured.
  public var releaseMemory: () -> Void
  /// The program's own allocator, if its peak is to be measured too.
  public var allocator: AllocatorMeter?
  /// Counters to read before and after each turn, if there are any.
  public var counters: PerformanceCounters?
  /// Looks at the processor's clock at the start, at the end and about once a second in between.
  public var clockMonitor: ClockMonitor?
  /// Called before every turn.
  public var report: (RunProgress) -> Void
  /// Asked before every turn; `true` ends the run with what is there.
  public var shouldStop: () -> Bool
  /// Called after every turn with a way to get the results so far, which takes a moment. What is written to a file here
  /// can be given to ``run(_:continuing:)`` after a crash.
  public var checkpoint: (() -> [ContenderResult]) -> Void = { _ in }
  let clock: any BenchmarkClock

  /// A runner; the closures default to doing nothing.
  public init(
    options: RunnerOptions = RunnerOptions(), clock: any BenchmarkClock = MonotonicClock(),
    releaseMemory: @escaping () -> Void = {}, allocator: AllocatorMeter? = nil,
    shouldStop: @escaping () -> Bool = { false },
    report: @escaping (RunProgress) -> Void = { _ in }
  ) {
    self.options = options
    self.clock = clock
    self.releaseMemory = releaseMemory
    self.allocator = allocator
    self.shouldStop = shouldStop
    self.report = report
  }

  /// Measures all contenders; the result has one result for each, in the same order.
  ///
  /// - Parameter earlier: what a run with the same options had measured when it was interrupted. Its samples are kept,
  ///   and this run takes the turns that are missing, in the order in which that run would have taken them. Contenders
  ///   that lack nothing are not made ready again; results that belong to no contender are ignored.
  public func run(
    _ contenders: [Contender], continuing earlier: [ContenderResult] = []
  ) -> [ContenderResult] {
    let lanes = contenders.map { contender in
      let lane = Lane(contender)
      let known = earlier.first {
        $0.name == contender.name && $0.task == contender.task
          && $0.parameters == contender.parameters
      }
      if let known { lane.resume(known, cycles: options.cycles) }
      return lane
    }
    var timeline = RunTimeline(began: clock.now(), lanes)
    clockMonitor?.look()
    for group in Runner.groups(of: lanes) {
      warmUp(group, began: timeline.began)
      sample(group, of: lanes, &timeline)
    }
    clockMonitor?.look()
    return lanes.map { $0.result(options) }
  }

  /// The lanes of each group, in the order in which the groups first appear.
  private static func groups(of lanes: [Lane]) -> [[Lane]] {
    lanes.map(\.contender.group).uniqued().map { name in
      lanes.filter { $0.contender.group == name }
    }
  }

  /// Seconds that so many runs take together, by the workload's own clock where it has one.
  func time(_ workload: Workload, runs count: Int = 1) throws -> Double {
    if let timedRuns = workload.timedRuns { return try timedRuns(count) }
    return try time {
      for _ in 0..<count { try workload.run() }
    }
  }

  /// Seconds that the body takes.
  func time(_ body: () throws -> Void) rethrows -> Double {
    let start = clock.now()
    try body()
    return clock.seconds(since: start)
  }
}
