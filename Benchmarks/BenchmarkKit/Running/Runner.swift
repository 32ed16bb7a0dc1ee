/// Measures contenders against one another.
///
/// Every contender is prepared, checked and warmed up. Then come cycles: in each, all contenders at
/// all sizes take their turns in a new random order, so that a machine that grows slower during the
/// run slows all of them alike instead of whoever comes last.
public struct Runner {
  /// How long and how often to measure.
  public var options: RunnerOptions
  /// Empties the program's memory pools before memory is measured.
  public var releaseMemory: () -> Void
  /// The program's own allocator, if its peak is to be measured too.
  public var allocator: AllocatorMeter?
  /// Called before every turn.
  public var report: (RunProgress) -> Void
  /// Asked before every turn; `true` ends the run with what is there.
  public var shouldStop: () -> Bool
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
  public func run(_ contenders: [Contender]) -> [ContenderResult] {
    let began = clock.now()
    let lanes = contenders.map(Lane.init)
    warmUp(lanes, began: began)
    sample(lanes, began: began)
    return lanes.map { $0.result(options) }
  }

  /// Seconds since the run began.
  func elapsed(since began: UInt64) -> Double {
    Double(clock.now() - began) * 1e-9
  }

  /// Seconds that the body takes.
  func time(_ body: () throws -> Void) rethrows -> Double {
    let start = clock.now()
    try body()
    return elapsed(since: start)
  }
}
