/// One named number that tells a contender from its siblings, such as `n = 1024`.
public struct SizeParameter: Codable, Hashable, Sendable {
  public let name: String
  public let value: Double

  public init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
  }

  public init(_ name: String, _ value: Int) {
    self.init(name, Double(value))
  }
}

extension SizeParameter: CustomStringConvertible {
  /// For example `n=1024`.
  public var description: String { "\(name)=\(Format.plain(value))" }
}
