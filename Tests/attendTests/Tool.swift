import Foundation

/// Runs the built `attend`, as a user would.
struct Tool {
  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The products of this build lie beside the test bundle.
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

  static func run(_ arguments: [String], input: Data = Data()) throws -> Result {
    let (process, output, errors) = (Process(), Pipe(), Pipe())
    let source = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try input.write(to: source)
    defer { try? FileManager.default.removeItem(at: source) }
    process.executableURL = executable
    process.arguments = arguments
    process.standardInput = try FileHandle(forReadingFrom: source)
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // Small outputs: they fit the pipes' buffers.
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      output: String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self),
      errors: String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
  }
}
