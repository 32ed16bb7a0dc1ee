import BenchmarkKit
import Foundation

/// Where a run leaves its files.
struct RunOutputs {
  let reportPath: String
  /// Where tables, plots and the page go; nil when only the report is wanted.
  let folder: String?

  /// The files that the arguments ask for; a folder is made.
  init(_ arguments: Arguments) throws {
    if let path = arguments.jsonPath {
      reportPath = path
      folder = nil
      return
    }
    let folder = arguments.outputFolder ?? Self.datedFolder()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    self.folder = folder
    reportPath = folder + "/report.json"
  }

  func writeReport(_ report: Report) throws {
    try report.write(to: reportPath)
  }

  /// Writes what is made from the finished report; lines that say where it is.
  func finish(_ report: Report) -> [String] {
    ["report    \(reportPath)"]
  }

  private static func datedFolder() -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyy-MM-dd-HHmmss"
    return "Runs/bench/\(formatter.string(from: Date()))"
  }
}
