/// The most memory that one run made resident.
public struct PeakMemory: Codable, Hashable, Sendable {
  /// The high-water mark during the run less what was resident just before it, in bytes.
  public let growth: Int
  /// The high-water mark of the whole process during the run, in bytes.
  public let processPeak: Int

  /// What the numbers count, for the header of a report.
  public static let explanation = """
    peak memory: growth of the process's resident memory during one run after its pools were \
    emptied (VmHWM less VmRSS before, which the kernel keeps to about 0.1 MiB); inputs and \
    parameters made beforehand are not in it
    """

  /// Both numbers in bytes.
  public init(growth: Int, processPeak: Int) {
    self.growth = growth
    self.processPeak = processPeak
  }
}
