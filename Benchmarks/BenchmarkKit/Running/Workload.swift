/// A contender made ready to run: inputs exist, buffers are allocated.
public struct Workload {
  /// The work that is timed. Hand its result to `blackHole(_:)`.
  public let run: () throws -> Void
  /// Compares the output with a reference before anything is timed; throws when it is wrong.
  public let check: (() throws -> Void)?
  /// What one run does, where that was found out while preparing; nil: what the contender says.
  public let cost: Cost?

  /// Work to time, and how to check it first.
  public init(
    cost: Cost? = nil, check: (() throws -> Void)? = nil, run: @escaping () throws -> Void
  ) {
    self.run = run
    self.cost = cost
    self.check = check
  }
}
