/// A table of text with aligned columns, for a terminal and, saved with a report, for other writers.
public struct TextTable: Codable, Hashable, Sendable {
  /// On which side the cells of a column line up.
  public enum Alignment: String, Codable, Sendable {
    case left
    case right
  }

  /// A column's heading and alignment.
  public struct Column: Codable, Hashable, Sendable {
    /// The heading.
    public let title: String
    /// The side on which cells line up.
    public let alignment: Alignment

    /// Numbers read best to the right, words to the left.
    public init(_ title: String, _ alignment: Alignment = .right) {
      self.title = title
      self.alignment = alignment
    }
  }

  /// A line of a table.
  enum Row: Codable, Hashable {
    case cells(texts: [String])
    case note(cells: [String], text: String)
    case rule
  }

  /// The heading; may be empty.
  public let title: String
  /// From left to right.
  public let columns: [Column]
  private(set) var rows: [Row] = []

  /// A table without rows.
  public init(_ title: String = "", columns: [Column]) {
    self.title = title
    self.columns = columns
  }

  /// A table without a heading and without rows.
  public init(_ columns: [Column]) {
    self.init(columns: columns)
  }

  /// Adds a row; missing cells stay empty.
  public mutating func add(_ cells: [String]) {
    rows.append(.cells(texts: cells))
  }

  /// Adds a row whose text runs on over all columns after the given cells: the reason of a hole.
  public mutating func add(_ cells: [String], note: String) {
    rows.append(.note(cells: cells, text: note))
  }

  /// Adds a line between groups of rows.
  public mutating func addRule() {
    rows.append(.rule)
  }

  /// The lines of the table without its heading, without trailing space.
  public var lines: [String] {
    var widths = columns.map(\.title.count)
    for row in rows {
      let cells =
        switch row {
        case .cells(let cells), .note(let cells, _): cells
        case .rule: [String]()
        }
      for (index, cell) in cells.enumerated() where index < widths.count {
        widths[index] = max(widths[index], cell.count)
      }
    }
    let rule = widths.filter { $0 > 0 }.map { String(repeating: "-", count: $0) }
      .joined(separator: "  ")
    var lines = [line(columns.map(\.title), widths), rule]
    for row in rows {
      switch row {
      case .cells(let cells):
        lines.append(line(cells, widths))
      case .note(let cells, let text):
        let head = line(cells, Array(widths.prefix(cells.count)), trimmed: false)
        lines.append(cells.isEmpty ? text : head + "  " + text)
      case .rule:
        lines.append(rule)
      }
    }
    return lines
  }

  private func line(_ cells: [String], _ widths: [Int], trimmed: Bool = true) -> String {
    var text = ""
    for (index, width) in widths.enumerated() {
      let cell = index < cells.count ? cells[index] : ""
      let padding = String(repeating: " ", count: max(0, width - cell.count))
      text += columns[index].alignment == .left ? cell + padding : padding + cell
      if index + 1 < widths.count { text += "  " }
    }
    if trimmed { text.removeLast(text.reversed().prefix { $0 == " " }.count) }
    return text
  }
}
