/// A named result that is not a timing, such as the measured ceiling.
public struct Quantity: Codable, Hashable, Sendable {
  public let name: String
  public let value: Double
  public let unit: String

  public init(_ name: String, _ value: Double, unit: String) {
    self.name = name
    self.value = value
    self.unit = unit
  }
}
