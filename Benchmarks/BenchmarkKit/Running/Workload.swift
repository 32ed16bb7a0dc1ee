/// A contender made ready to run: inputs exist, buffers are allocated.
public struct Workload {
  /// The work that is timed. Hand its result to `blackHole(_:)`.
  public let run: () throws -> Void
  /// Compares the output with a reference before anything is timed; throws when it is wrong.
  public let check: (() throws -> Void)?
  /// What one run does, where that was found out while preparing; nil: what the contender says.
  public let cost: Cost?
  /// Runs the work so many times and gives the seconds that they took together, where the work holds a clock of its
  /// own: in another process, the clock around `run` would time the way there and back as well.
  let timedRuns: ((Int) throws -> Double)?
  /// Memory of one run as the work itself measures it, where it is not this process that needs it.
  let ownPeakMemory: (() throws -> PeakMemory?)?
  /// The seconds that each part of the last run took, for work of which the parts are of interest too, such as the
  /// steps of a search. They are kept with the sample, which is then always of one run.
  public let laps: (() -> [Double])?

  /// Work to time, and how to check it first.
  public init(
    cost: Cost? = nil, check: (() throws -> Void)? = nil, laps: (() -> [Double])? = nil,
    run: @escaping () throws -> Void
  ) {
    self.run = run
    self.cost = cost
    self.check = check
    self.laps = laps
    timedRuns = nil
    ownPeakMemory = nil
  }

  /// Work that times itself.
  ///
  /// - Parameters:
  ///   - cost: what one run does, where that was found out while preparing.
  ///   - check: compares the output with a reference before anything is timed.
  ///   - peakMemory: runs the work once and gives the memory that took; nil where that cannot be known.
  ///   - timedRuns: runs the work so many times and gives the seconds that they took together.
  public init(
    cost: Cost? = nil, check: (() throws -> Void)? = nil,
    peakMemory: @escaping () throws -> PeakMemory?, timedRuns: @escaping (Int) throws -> Double
  ) {
    run = { _ = try timedRuns(1) }
    self.cost = cost
    self.check = check
    self.timedRuns = timedRuns
    ownPeakMemory = peakMemory
    laps = nil
  }
}
