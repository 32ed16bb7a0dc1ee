/// One named number that tells a contender from its siblings, such as `n = 1024`.
public struct SizeParameter: Codable, Hashable, Sendable {
  /// What the number says, such as `n`.
  public let name: String
  /// The number.
  public let value: Double

  /// A size.
  public init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
  }

  /// A whole size.
  public init(_ name: String, _ value: Int) {
    self.init(name, Double(value))
  }
}

extension SizeParameter: CustomStringConvertible {
  /// For example `n=1024`.
  public var description: String { "\(name)=\(Format.plain(value))" }
}
