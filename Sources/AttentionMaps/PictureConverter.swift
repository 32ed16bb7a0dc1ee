import Foundation

/// Drawings to pixels, with text, by a program that has fonts: `rsvg-convert` of librsvg.
public enum PictureConverter {
  /// The program.
  public static let program = "rsvg-convert"

  /// The PNG file of an SVG drawing.
  ///
  /// - Parameter scale: pixels for each unit of the drawing.
  /// - Returns: `nil` where the program is not installed.
  /// - Throws: ``AttentionMapError/conversion(program:problem:)`` when it cannot draw it, or Foundation's error
  ///   for a temporary folder that cannot be written to.
  public static func png(fromSVG svg: String, scale: Double = 2) throws -> [UInt8]? {
    guard let executable = path(of: program) else { return nil }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("attention-maps-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (
      folder.appendingPathComponent("map.svg"), folder.appendingPathComponent("map.png")
    )
    let complaints = folder.appendingPathComponent("errors")
    try Data(svg.utf8).write(to: input)
    // Into a file: a full pipe would stop the program.
    try Data().write(to: complaints)
    let errors = try FileHandle(forWritingTo: complaints)
    defer { try? errors.close() }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    // Unlimited: the library's own limit is for drawings from strangers.
    process.arguments = [
      "--unlimited", "--format", "png", "--zoom", "\(scale)", "--output", output.path, input.path,
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0, let data = try? Data(contentsOf: output), !data.isEmpty
    else {
      let message = (try? String(contentsOf: complaints, encoding: .utf8)) ?? ""
      throw AttentionMapError.conversion(
        program: program,
        problem: message.split(separator: "\n").first.map(String.init)
          ?? "expected a picture, found status \(process.terminationStatus)")
    }
    return Array(data)
  }

  /// Where the first executable file of a name is among the folders of PATH.
  private static func path(of program: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return folders.split(separator: ":").map { "\($0)/\(program)" }
      .first(where: FileManager.default.isExecutableFile(atPath:))
  }
}
