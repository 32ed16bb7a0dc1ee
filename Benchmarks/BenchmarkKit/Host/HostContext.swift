/// Where and how numbers were made: what a reader needs to judge them or to repeat them.
public struct HostContext: Codable, Sendable {
  /// ISO 8601, with the zone.
  public let date: String
  /// The processor's name as the system gives it.
  public let processor: String
  /// Logical cores.
  public let cores: Int
  /// Bytes of physical memory.
  public let memory: Int
  /// The operating system and its version.
  public let operatingSystem: String
  /// Debug or release.
  public let build: BuildConfiguration
  /// The Swift compiler's version.
  public let compiler: String
  /// Load averages over 1, 5 and 15 minutes at the start.
  public let loadAverage: [Double]
  /// The share of processor time that other processes took in the moment before the start.
  public let othersShareAtStart: Double?
  /// The first core's clock in MHz as /proc/cpuinfo says; in a virtual machine a nominal number. Nil where it is not
  /// shown.
  public let megahertz: Double?
  /// The kernel's frequency policy, such as `performance`; nil where it is not shown.
  public let frequencyGovernor: String?
}
