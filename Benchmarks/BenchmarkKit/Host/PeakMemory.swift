/// The most memory that one run made resident.
public struct PeakMemory: Codable, Hashable, Sendable {
  /// The high-water mark during the run less what was resident just before it, in bytes.
  public let growth: Int
  /// The high-water mark of the whole process during the run, in bytes.
  public let processPeak: Int
  /// The most that the program's own allocator had handed out during the run less what it had before,
  /// in bytes: exact, where resident memory also has what the allocator keeps and huge pages round up.
  /// Nil without an ``AllocatorMeter``.
  public let allocated: Int?

  /// What the numbers count, for the header of a report.
  public static let explanation = """
    peak memory: growth of the process's resident memory during one run after its pools were \
    emptied (VmHWM less VmRSS before, which the kernel keeps to about 0.1 MiB); inputs and \
    parameters made beforehand are not in it; tensors: the part of it that tensors took at one time
    """

  /// All numbers in bytes.
  public init(growth: Int, processPeak: Int, allocated: Int? = nil) {
    self.growth = growth
    self.processPeak = processPeak
    self.allocated = allocated
  }
}
