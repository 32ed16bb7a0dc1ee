/// Where and how numbers were made: what a reader needs to judge them or to repeat them.
public struct HostContext: Codable, Sendable {
  /// ISO 8601, with the zone.
  public let date: String
  public let processor: String
  public let cores: Int
  /// Bytes of physical memory.
  public let memory: Int
  public let operatingSystem: String
  public let build: BuildConfiguration
  public let compiler: String
  /// Load averages over 1, 5 and 15 minutes at the start.
  public let loadAverage: [Double]
  /// The share of processor time that other processes took in the moment before the start.
  public let othersShareAtStart: Double?
  /// The kernel's frequency policy, such as `performance`; nil where it is not shown.
  public let frequencyGovernor: String?
}
