import Foundation

/// A folder that lives as long as the test.
public final class TemporaryFolder {
  /// Where it is.
  public let path: String

  /// An empty folder of its own.
  public init() throws {
    path = NSTemporaryDirectory() + "/swift-attention-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and gives its path.
  public func file(_ name: String, _ contents: String) throws -> String {
    try file(name, bytes: Array(contents.utf8))
  }

  /// Writes a file and gives its path.
  public func file(_ name: String, bytes: [UInt8]) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  /// The names of everything in the folder, hidden ones too.
  public func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}

/// All of a file.
public func contents(of path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}
