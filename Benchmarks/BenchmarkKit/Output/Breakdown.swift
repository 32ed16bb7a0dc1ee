/// Where the time of something went: a tree of parts, each with its share of the whole.
public struct Breakdown: Codable, Hashable, Sendable {
  /// A short word for file names, unique in a suite, such as `base`.
  public let name: String
  /// The heading.
  public let title: String
  /// Floating-point operations a second that the machine reaches at best, if it is known.
  public let flopCeiling: Double?
  /// Bytes a second that go to and from memory at best, if it is known.
  public let byteCeiling: Double?
  /// The whole; its share is 1.
  public let root: BreakdownPart

  /// A tree whose shares are those of the root's time.
  public init(
    name: String, title: String, flopCeiling: Double? = nil, byteCeiling: Double? = nil,
    root: BreakdownPart
  ) {
    self.name = name
    self.title = title
    self.flopCeiling = flopCeiling
    self.byteCeiling = byteCeiling
    self.root = root.sharing(root.seconds)
  }

  /// A part as a row of a table: how deep it stands in the tree, and its cells in the order of ``columns``.
  public struct Row: Hashable, Sendable {
    /// 0 for the whole.
    public let depth: Int
    /// The part.
    public let part: BreakdownPart
    /// What stands in each column; the first is the part's name, without indentation.
    public let cells: [String]
  }

  /// Headings. Columns that no part has a number for are left out.
  public var columns: [String] { shownColumns.map(\.title) }

  /// The parts, each before its children.
  public var rows: [Row] {
    let shown = shownColumns
    return flattened.map { depth, part in
      Row(depth: depth, part: part, cells: shown.map { $0.text(part) })
    }
  }

  /// The tree as an indented table.
  public var lines: [String] { [title, ""] + table(indent: "  ").lines }

  /// The tree as a table, each part's name after as many indents as it is deep.
  func table(indent: String) -> TextTable {
    var table = TextTable(
      title, columns: columns.enumerated().map { TextTable.Column($1, $0 == 0 ? .left : .right) })
    for row in rows {
      let name = String(repeating: indent, count: row.depth) + row.cells[0]
      table.add([name] + row.cells.dropFirst())
    }
    return table
  }

  private var flattened: [(depth: Int, part: BreakdownPart)] {
    func list(_ part: BreakdownPart, _ depth: Int) -> [(Int, BreakdownPart)] {
      [(depth, part)] + part.children.flatMap { list($0, depth + 1) }
    }
    return list(root, 0)
  }

  private struct ShownColumn {
    let title: String
    let text: (BreakdownPart) -> String
  }

  private var shownColumns: [ShownColumn] {
    let parts = flattened.map(\.part)
    func number(_ value: Double?, _ scale: Double) -> String {
      value.map { Format.significant($0 / scale) } ?? ""
    }
    var columns = [
      ShownColumn(title: "part", text: \.name),
      ShownColumn(title: "time", text: { Format.time($0.seconds) }),
      ShownColumn(title: "share", text: { Format.percent($0.share) }),
    ]
    if parts.contains(where: { $0.flops != nil }) {
      columns += [
        ShownColumn(title: "GFLOP", text: { number($0.flops, 1e9) }),
        ShownColumn(title: "GFLOP/s", text: { number($0.flopRate, 1e9) }),
      ]
      if let flopCeiling {
        columns.append(
          ShownColumn(
            title: "of ceiling",
            text: { $0.flopRate.map { Format.percent($0 / flopCeiling) } ?? "" }))
      }
    }
    if parts.contains(where: { $0.bytes != nil }) {
      columns += [
        ShownColumn(title: "GB", text: { number($0.bytes, 1e9) }),
        ShownColumn(title: "GB/s", text: { number($0.byteRate, 1e9) }),
      ]
    }
    if let flopCeiling, let byteCeiling {
      columns.append(
        ShownColumn(
          title: "of floor",
          text: {
            let floor = $0.floor(flopCeiling: flopCeiling, byteCeiling: byteCeiling)
            return floor > 0 && $0.seconds > 0 ? Format.percent(floor / $0.seconds) : ""
          }))
    }
    return columns
  }
}
