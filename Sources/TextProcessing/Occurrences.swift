/// How often something was met in a text, and where the first time.
public struct Occurrences: Hashable, Sendable {
  /// How often.
  public private(set) var count = 0
  /// Where the first time, if that is known.
  public private(set) var first: TextPlace?

  /// None.
  public init() {}

  mutating func add(at place: @autoclosure () -> TextPlace?) {
    if count == 0 { first = place() }
    count += 1
  }

  /// For the end of a message: ", the first at FILE:LINE"; empty where that is not known.
  public var suffix: String { first.map { ", the first at \($0)" } ?? "" }
}
