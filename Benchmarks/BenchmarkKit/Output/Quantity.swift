/// A named result that is not a timing, such as the measured ceiling.
public struct Quantity: Codable, Hashable, Sendable {
  /// What was measured.
  public let name: String
  /// The number.
  public let value: Double
  /// Its unit, such as `GFLOP/s`.
  public let unit: String

  /// A number with its name and unit.
  public init(_ name: String, _ value: Double, unit: String) {
    self.name = name
    self.value = value
    self.unit = unit
  }
}
