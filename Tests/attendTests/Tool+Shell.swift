import Foundation
import TestSupport

extension Tool {
  /// Runs a script of bash, for what only a shell can set up: pipes, limits, closed streams. `$ATTEND` is the tool.
  static func shell(_ script: String, environment: [String: String] = [:]) throws -> Result {
    let folder = try TemporaryFolder()
    let (output, errors) = (try folder.file("output", ""), try folder.file("errors", ""))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", script]
    process.environment = ProcessInfo.processInfo.environment
      .merging(["ATTEND": path]) { $1 }.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      output: String(decoding: try contents(of: output), as: UTF8.self),
      errors: String(decoding: try contents(of: errors), as: UTF8.self))
  }
}
