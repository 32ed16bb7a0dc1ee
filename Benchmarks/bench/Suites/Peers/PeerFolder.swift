import Foundation

/// A folder for what a worker is to read and to write; it goes with this object.
final class PeerFolder {
  private static let prefix = "bench-peers-"
  let path: String

  init() throws {
    Self.removeLeftovers()
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(Self.prefix)\(getpid())-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  /// Folders of processes that were killed.
  private static func removeLeftovers() {
    let folder = FileManager.default.temporaryDirectory
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
      guard name.hasPrefix(prefix) else { continue }
      let process = name.dropFirst(prefix.count).split(separator: "-").first.flatMap { Int32($0) }
      // What belongs to another user cannot be removed, nor is its process ours to judge.
      if let process, kill(process, 0) != 0, errno == ESRCH {
        try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
      }
    }
  }
}
