internal import Foundation
internal import ModelFiles

/// The last checkpoints of a run, each in a folder named after its step: what averages are made of.
public struct RecentCheckpoints: Sendable {
  /// Where they are.
  public let folder: String
  /// How many are kept.
  public let count: Int

  /// The arguments are the properties.
  public init(folder: String, count: Int) {
    self.folder = folder
    self.count = count
  }

  /// Where the checkpoint of a step is or will be.
  public func path(step: Int) -> String { folder + "/step-\(step)" }

  /// The steps of which there is a checkpoint, the first in front.
  public func steps() throws -> [Int] {
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder)
      .compactMap { $0.hasPrefix("step-") ? Int($0.dropFirst("step-".count)) : nil }
      .filter { AtomicDirectory.locate(path(step: $0)) != nil }
      .sorted()
  }

  /// Writes the checkpoint of a step, then removes those that are too many: the oldest.
  public func save(step: Int, write: (_ path: String) throws -> Void) throws {
    try AtomicDirectory.create(folder)
    try write(path(step: step))
    for step in try steps().dropLast(max(1, count)) {
      try AtomicDirectory.remove(path(step: step))
    }
  }
}
