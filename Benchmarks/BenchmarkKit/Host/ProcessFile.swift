import Foundation

/// Files under /proc and /sys, which have no size and so must be read to their end.
enum ProcessFile {
  static func read(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The first line, without surrounding space.
  static func line(_ path: String) -> String? {
    read(path)?.split(separator: "\n").first.map {
      $0.trimmingCharacters(in: .whitespaces)
    }
  }
}
