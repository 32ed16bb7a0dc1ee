import Foundation
import TestSupport

/// Runs the built `attend`, as a user would.
struct Tool {
  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The products of this build lie beside the test bundle.
  static let path = executable.path

  private static let executable: URL = {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    while folder.path != "/" {
      let candidate = folder.appendingPathComponent("attend")
      if FileManager.default.isExecutableFile(atPath: candidate.path),
        (try? candidate.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
      {
        return candidate
      }
      folder.deleteLastPathComponent()
    }
    fatalError("attend is not built beside \(CommandLine.arguments[0])")
  }()

  static func run(_ arguments: String..., input: String = "") throws -> Result {
    try run(arguments, input: Data(input.utf8))
  }

  static func run(
    _ arguments: [String], input: Data = Data(), environment: [String: String] = [:]
  ) throws -> Result {
    let folder = try TemporaryFolder()
    // Files and not pipes: a full pipe would stop the tool.
    func file(_ name: String, _ contents: Data = Data()) throws -> String {
      let path = folder.path + "/" + name
      try contents.write(to: URL(fileURLWithPath: path))
      return path
    }
    let (output, errors) = (try file("output"), try file("errors"))
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle(forReadingAtPath: try file("input", input))
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }
}
