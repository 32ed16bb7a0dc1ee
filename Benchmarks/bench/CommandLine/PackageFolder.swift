import Foundation

/// Where this program's package is: scripts and a release build are asked of it.
enum PackageFolder {
  /// The package that this file belongs to and, as the source may have moved since it was built, the folders around the
  /// current one.
  private static var candidates: [String] {
    var source = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { source.deleteLastPathComponent() }
    var candidates = [source.path]
    var folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    while folder.path != "/" {
      candidates.append(folder.path)
      folder.deleteLastPathComponent()
    }
    return candidates
  }

  /// The package's folder, if it holds the given files.
  static func holding(_ files: String...) -> String? {
    candidates.first { folder in files.allSatisfy { access("\(folder)/\($0)", R_OK) == 0 } }
  }

  /// The places that ``holding(_:)`` looks at, for people.
  static var description: String {
    "\(candidates[0]) or \(FileManager.default.currentDirectoryPath) and above"
  }
}
