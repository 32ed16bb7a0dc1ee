/// How long a peer may take to answer, in seconds. What takes longer is taken to hang.
public struct PeerLimits: Sendable {
  /// Until it says that it is there: time to load its libraries.
  public var start = 120.0
  /// Until a work is ready, compilation included.
  public var preparation = 1200.0
  /// Until a work's output is there.
  public var check = 300.0
  /// Until the runs of one turn are done.
  public var run = 120.0

  /// The default limits.
  public init() {}
}
