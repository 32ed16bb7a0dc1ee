import Foundation

/// The way from a debug build, whose timings mean nothing, to a release build.
enum ReleaseBuild {
  enum Failure: Error, CustomStringConvertible {
    case noPackage
    case noSwift
    case exec(reason: String)

    var description: String {
      let plight = "this is a debug build, whose timings mean nothing"
      switch self {
      case .noPackage:
        return """
          \(plight), and there is no Package.swift of swift-attention in \
          \(PackageFolder.description); run `swift run -c release bench` in the package
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
    guard let folder = PackageFolder.holding("Package.swift", "Benchmarks/bench") else {
      throw Failure.noPackage
    }
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

  private static func isOnPath(_ program: String) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
  }
}
