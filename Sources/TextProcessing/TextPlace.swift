/// A line of a file.
public struct TextPlace: Hashable, Sendable, CustomStringConvertible {
  /// The file's path, or "standard input".
  public let file: String
  /// The line, from 1.
  public let line: Int

  /// `line` counts from 1.
  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }

  /// `FILE:LINE`.
  public var description: String { "\(file):\(line)" }
}
