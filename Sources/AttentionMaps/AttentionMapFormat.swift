import ModelFiles

/// What a set of maps can be written as.
public enum AttentionMapFormat: String, Sendable, CaseIterable {
  /// Text with shaded characters.
  case text = "txt"
  /// A drawing with tokens.
  case svg
  /// A picture: of the drawing where `rsvg-convert` is installed, else the cells alone.
  case png
  /// A line for each weight.
  case csv
  /// Everything, for other programs.
  case json
  /// One page with all maps to click through.
  case html

  /// The format that a file's name ends with; `nil` for an unknown or no ending.
  public init?(path: String) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return nil }
    self.init(rawValue: name[name.index(after: dot)...].lowercased())
  }
}

extension AttentionMapSet {
  /// The bytes of a file of some format.
  ///
  /// - Parameters:
  ///   - style: how it is drawn.
  ///   - title: what the page says above; the other formats have their own titles.
  /// - Throws: ``AttentionMapError`` for a picture that cannot be drawn.
  public func contents(
    as format: AttentionMapFormat, style: AttentionMapStyle = AttentionMapStyle(),
    title: String = "Attention weights"
  ) throws -> [UInt8] {
    switch format {
    case .text: Array(terminalText(style: style).utf8)
    case .svg: Array(svg(style: style).utf8)
    case .png: try PictureConverter.png(fromSVG: svg(style: style)) ?? png(style: style)
    case .csv: Array(csv.utf8)
    case .json: Array(json.utf8)
    case .html: Array(html(title: title, style: style).utf8)
    }
  }

  /// Writes a file, whole or not at all.
  ///
  /// - Parameters:
  ///   - path: the file, replaced if it is there.
  ///   - format: what it is written as.
  ///   - style: how it is drawn.
  ///   - title: what the page says above.
  /// - Throws: `FileError`, and ``AttentionMapError`` for a picture that cannot be drawn.
  public func write(
    to path: String, as format: AttentionMapFormat, style: AttentionMapStyle = AttentionMapStyle(),
    title: String = "Attention weights"
  ) throws {
    try AtomicFile.write(contents(as: format, style: style, title: title), to: path)
  }
}
