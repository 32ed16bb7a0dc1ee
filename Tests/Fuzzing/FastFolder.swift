import Foundation

/// A folder in memory where the system has such, for the files of readers that take paths.
public final class FastFolder {
  /// Where it is.
  public let path: String

  /// An empty folder, which goes away with this value, or stays behind where the process crashes.
  public init() throws {
    let memory = "/dev/shm"
    let parent =
      FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
    path = "\(parent)/swift-attention-fuzz-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, as quickly as that goes, and gives its path.
  public func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = path + "/" + name
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count else {
      throw BrokenLaw("\(path): cannot be written: \(String(cString: strerror(errno)))")
    }
    return path
  }
}
