/// A contender made ready to run: inputs exist, buffers are allocated.
public struct Workload {
  /// The work that is timed. Hand its result to `blackHole(_:)`.
  public let run: () throws -> Void
  /// Compares the output with a reference before anything is timed; throws when it is wrong.
  public let check: (() throws -> Void)?
  /// What one run does, where that was found out while preparing; nil: what the contender says.
  public let cost: Cost?

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
  }
}
