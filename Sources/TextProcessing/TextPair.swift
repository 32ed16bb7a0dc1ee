/// A source text and the target text that belongs to it.
public struct TextPair: Hashable, Sendable {
  /// The text to read.
  public var source: String
  /// The text to write.
  public var target: String

  /// A source with its target.
  public init(source: String, target: String) {
    self.source = source
    self.target = target
  }
}
