/// Draws a chart with characters.
public struct TerminalPlot: Sendable {
  /// Which characters may be used.
  public enum Characters: Sendable {
    /// Braille dots, eight to a character, and lines; for terminals with UTF-8.
    case unicode
    /// Nothing beyond ASCII.
    case ascii
  }

  /// Characters from side to side, labels included.
  public var width: Int
  /// Rows of the plotting area; the heading, the axis and the legend come on top of it.
  public var height: Int
  /// Which characters may be used.
  public var characters: Characters
  /// Whether series are coloured by escape sequences (256 colours).
  public var isColored: Bool

  /// A way of drawing.
  public init(
    width: Int = 78, height: Int = 18, characters: Characters = .unicode, isColored: Bool = false
  ) {
    self.width = max(24, width)
    self.height = max(4, height)
    self.characters = characters
    self.isColored = isColored
  }

  /// The lines of the picture, without trailing space. A chart without points says so.
  public func lines(_ chart: Chart) -> [String] {
    var lines = [chart.title, "(nothing to draw: no points)"]
    if !chart.isEmpty {
      let isOfBars = chart.hasBars && !chart.xAxis.categories.isEmpty
      lines = isOfBars ? barLines(chart) : pointLines(chart)
    }
    return isUnicode ? lines : lines.map(Self.ascii)
  }

  /// Names may have any character; each becomes one of ASCII, so that columns stay in line.
  private static func ascii(_ line: String) -> String {
    let known: [Character: Character] = [
      "µ": "u", "μ": "u", "²": "2", "³": "3", "×": "x", "·": "*", "–": "-", "—": "-", "−": "-",
    ]
    return String(line.map { $0.isASCII ? $0 : known[$0] ?? "?" })
  }

  var isUnicode: Bool { characters == .unicode }

  /// The characters of the points, series by series.
  func pointGlyph(_ look: SeriesLook) -> Character {
    let glyphs: [Character] =
      isUnicode
      ? ["●", "■", "▲", "◆", "○", "□", "△", "◇", "▼", "★", "×", "+"]
      : ["o", "x", "*", "#", "@", "%", "&", "$", "s", "v", "z", "="]
    return glyphs[look.point % glyphs.count]
  }

  /// The text in the colour of a series, where colours are wanted.
  func colored(_ text: String, _ look: SeriesLook) -> String {
    guard isColored, !text.isEmpty else { return text }
    guard let colour = look.colour else { return "\u{1B}[2m\(text)\u{1B}[0m" }
    // The nearest of the 256 colours to those of SeriesLook, lighter where a dark screen needs it.
    let codes = [32, 166, 36, 175, 74, 178, 98, 246]
    return "\u{1B}[38;5;\(codes[colour % codes.count])m\(text)\u{1B}[0m"
  }

  /// Entries side by side as far as they fit; their length without escape sequences is told apart.
  func wrapped(_ entries: [(text: String, length: Int)]) -> [String] {
    var lines: [String] = []
    var line = ""
    var length = 0
    for entry in entries {
      if length > 0 && length + 3 + entry.length > width {
        lines.append(line)
        (line, length) = ("", 0)
      }
      line += (length > 0 ? "   " : "") + entry.text
      length += (length > 0 ? 3 : 0) + entry.length
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// `text` in the middle of so many characters, or what fits of it.
  static func centered(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, (width - text.count) / 2)) + text.prefix(max(0, width))
  }

  static func trimmed(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }
}
