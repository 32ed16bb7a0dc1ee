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

  /// The files of an earlier run.
  init(resuming path: String) {
    reportPath = Self.reportPath(at: path)
    let isOfFolder = (reportPath as NSString).lastPathComponent == "report.json"
    folder = isOfFolder ? (reportPath as NSString).deletingLastPathComponent : nil
  }

  /// The report in a folder, or the file itself.
  static func reportPath(at path: String) -> String {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return exists && isFolder.boolValue ? path + "/report.json" : path
  }

  func writeReport(_ report: Report) throws {
    try report.write(to: reportPath)
  }

  /// Writes what is made from the finished report; lines that say where it is.
  func finish(_ report: Report) throws -> [String] {
    guard let folder else { return ["report    \(reportPath)"] }
    return try ReportFolder(folder).write(report)
  }

  private static func datedFolder() -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyy-MM-dd-HHmmss"
    return "Runs/bench/\(formatter.string(from: Date()))"
  }
}
