import BenchmarkKit
import Foundation

/// Reports that later runs are compared with, by name.
enum Baselines {
  static let folder = "Runs/bench/baselines"

  enum Failure: Error, CustomStringConvertible {
    case unknown(name: String, known: [String])

    var description: String {
      switch self {
      case .unknown(let name, let known):
        "no baseline '\(name)': it is neither a file nor one of those in \(folder): "
          + (known.isEmpty ? "there are none" : known.joined(separator: ", "))
      }
    }
  }

  /// Reads a report by its path, or by the name it was kept under.
  static func read(_ name: String) throws -> Report {
    let kept = "\(folder)/\(name).json"
    for path in [name, kept] where FileManager.default.fileExists(atPath: path) {
      return try Report(contentsOf: RunOutputs.reportPath(at: path))
    }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    throw Failure.unknown(
      name: name,
      known: files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted())
  }

  /// Keeps a report under a name; the path that it has then.
  static func save(_ report: Report, as name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = "\(folder)/\(name).json"
    try report.write(to: path)
    return path
  }
}
