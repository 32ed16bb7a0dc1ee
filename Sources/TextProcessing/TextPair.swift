/// A source text and the target text that belongs to it.
public struct TextPair: Hashable, Sendable {
  public var source: String
  public var target: String

  public init(source: String, target: String) {
    self.source = source
    self.target = target
  }
}
