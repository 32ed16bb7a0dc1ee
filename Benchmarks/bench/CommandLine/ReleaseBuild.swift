import Foundation

/// The way from a debug build, whose timings mean nothing, to a release build.
enum ReleaseBuild {
  enum Failure: Error, CustomStringConvertible {
    case noPackage(searched: [String])
    case noSwift
    case exec(reason: String)

    var description: String {
      let plight = "this is a debug build, whose timings mean nothing"
      switch self {
      case .noPackage(let searched):
        return """
          \(plight), and there is no Package.swift of swift-attention in \
          \(searched.joined(separator: " or ")); run `swift run -c release bench` in the package
          """
      case .noSwift:
        return """
          \(plight), and there is no `swift` on PATH to build a release with; add the toolchain's \
          usr/bin to PATH, or run `swift run -c release bench`
          """
      case .exec(let reason):
        return "\(plight), and `swift run -c release bench` could not be started: \(reason)"
      }
    }
  }

  /// Becomes `swift run -c release bench` with the same arguments; comes back only by an error.
  static func replaceThisProcess() throws -> Never {
    guard isOnPath("swift") else { throw Failure.noSwift }
    let folder = try packageFolder()
    let command =
      ["swift", "run", "-c", "release", "--package-path", folder, "bench"]
      + CommandLine.arguments.dropFirst()
    Console.error(
      """
      bench: this is a debug build, whose timings mean nothing; building and running a release:
      bench: \(command.joined(separator: " "))
      """)
    var pointers = command.map { strdup($0) }
    pointers.append(nil)
    execvp("swift", &pointers)
    throw Failure.exec(reason: String(cString: strerror(errno)))
  }

  /// The package that this file belongs to; when the source has moved since it was built, the one
  /// around the current directory.
  private static func packageFolder(file: String = #filePath) throws -> String {
    let source = URL(fileURLWithPath: file)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let current = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    var candidates = [source]
    var folder = current
    while folder.path != "/" {
      candidates.append(folder)
      folder.deleteLastPathComponent()
    }
    let isPackage = { (folder: URL) in
      FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path)
        && FileManager.default.fileExists(
          atPath: folder.appendingPathComponent("Benchmarks/bench").path)
    }
    guard let found = candidates.first(where: isPackage) else {
      throw Failure.noPackage(searched: [source.path, "\(current.path) and above"])
    }
    return found.path
  }

  private static func isOnPath(_ program: String) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
  }
}
