public import Foundation

/// The program gnuplot, where it is installed: makes pictures of charts.
public struct Gnuplot: Sendable {
  /// A kind of picture.
  public enum Format: String, Sendable, CaseIterable {
    /// Lines and letters that stay sharp at any size.
    case svg
    /// Pixels, twice as many as the picture's size, by Cairo.
    case png
  }

  /// Where the program is.
  public let path: String

  /// The program at a path.
  public init(path: String) {
    self.path = path
  }

  /// Looks for the program on the search path.
  ///
  /// - Throws: `GnuplotError.notFound`, whose text says what to install.
  public static func find(
    searchPath: String? = ProcessInfo.processInfo.environment["PATH"]
  ) throws -> Gnuplot {
    let folders = (searchPath ?? "").split(separator: ":")
    for folder in folders {
      let path = "\(folder)/gnuplot"
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
        access(path, X_OK) == 0
      {
        return Gnuplot(path: path)
      }
    }
    throw GnuplotError.notFound(searched: searchPath ?? "PATH is not set")
  }

  /// Draws a chart.
  ///
  /// The commands and the data are in a file of their own; no shell sees them, and nothing in a chart's text is taken
  /// for a command.
  ///
  /// - Parameters:
  ///   - hasTitle: whether the heading is a part of the picture.
  /// - Throws: `GnuplotError`
  public func picture(
    of chart: Chart, as format: Format, hasTitle: Bool = true
  ) throws -> Data {
    guard !chart.isEmpty else { throw GnuplotError.nothingToDraw(chart: chart.name) }
    let script = GnuplotScript(chart, hasTitle: hasTitle).text(as: format)
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnuplot-\(UUID().uuidString)")
    let files = ["script", "output", "errors"].map { folder.appendingPathComponent($0) }
    let process = Process()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(script.utf8).write(to: files[0])
      for file in files.dropFirst() { try Data().write(to: file) }
      process.executableURL = URL(fileURLWithPath: path)
      // Without the user's settings, so that pictures are alike everywhere.
      process.arguments = ["-d", files[0].path]
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: files[1])
      process.standardError = try FileHandle(forWritingTo: files[2])
      try process.run()
    } catch {
      try? FileManager.default.removeItem(at: folder)
      throw GnuplotError.cannotStart(path: path, reason: "\(error.localizedDescription)")
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    process.waitUntilExit()
    let output = (try? Data(contentsOf: files[1])) ?? Data()
    let errors = (try? Data(contentsOf: files[2])) ?? Data()
    let message = String(decoding: errors, as: UTF8.self)
      .replacingOccurrences(of: files[0].path, with: "script")
      .split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }.joined(separator: "; ")
    guard process.terminationStatus == 0, !output.isEmpty else {
      throw GnuplotError.failed(
        chart: chart.name, status: process.terminationStatus,
        message: message.isEmpty ? "it wrote no picture" : message)
    }
    return output
  }

  /// Draws a chart as SVG for a place within a page: without declarations, without a background, in the colours that
  /// the page's style gives it, and with names of its own, so that several stand in one page.
  ///
  /// Text and axes have the colour of the surrounding text; `--card` is the background, `--grid` the grid, `--soft`
  /// guides and marks, and `--c0` to `--c7` are the series.
  ///
  /// - Parameter id: a word that no other picture of the page has.
  /// - Throws: `GnuplotError`
  public func inlineSVG(of chart: Chart, id: String) throws -> String {
    let picture = try picture(of: chart, as: .svg, hasTitle: false)
    var text = String(decoding: picture, as: UTF8.self)
    if let start = text.range(of: "<svg") { text.removeSubrange(..<start.lowerBound) }
    // gnuplot's own names of its parts would be what a pointer over the picture shows.
    while let title = text.range(of: "<title>"),
      let end = text.range(of: "</title>", range: title.upperBound..<text.endIndex)
    {
      text.removeSubrange(title.lowerBound..<end.upperBound)
    }
    var changes = [
      ("<svg", "<svg role=\"img\""), ("fill=\"#ffffff\"", "fill=\"none\""),
      ("'black'", "'currentColor'"), ("\"black\"", "\"currentColor\""),
      ("#FFFFFF", "var(--card)"), ("id='", "id='\(id)-"), ("id=\"", "id=\"\(id)-"),
      ("href='#", "href='#\(id)-"), ("url(#", "url(#\(id)-"),
    ]
    let colours = [(GnuplotScript.gridColour, "--grid"), (SeriesLook.grey, "--soft")]
    for (colour, name) in colours
      + SeriesLook.colours.enumerated().map({ ($1, "--c\($0)") })
    {
      for written in Self.written(colour) { changes.append((written, "var(\(name))")) }
    }
    for (old, new) in changes { text = text.replacingOccurrences(of: old, with: new) }
    return text
  }

  /// A colour such as `#0072b2` as gnuplot writes it for lines, `rgb(  0, 114, 178)`, and for text, `rgb(0,114,178)`.
  private static func written(_ colour: String) -> [String] {
    let value = Int(colour.dropFirst(), radix: 16) ?? 0
    let (red, green, blue) = (value >> 16, value >> 8 & 255, value & 255)
    return [String(format: "rgb(%3d, %3d, %3d)", red, green, blue), "rgb(\(red),\(green),\(blue))"]
  }
}
