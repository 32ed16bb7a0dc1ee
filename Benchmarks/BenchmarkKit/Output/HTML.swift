/// Pieces of HTML made of plain text.
enum HTML {
  /// Text that is shown as it is, within elements and within quoted attributes.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// An element around content that is HTML already.
  static func element(
    _ name: String, class kind: String = "", id: String = "", _ content: String
  ) -> String {
    let attributes =
      (id.isEmpty ? "" : " id=\"\(escaped(id))\"")
      + (kind.isEmpty ? "" : " class=\"\(escaped(kind))\"")
    return "<\(name)\(attributes)>\(content)</\(name)>"
  }

  /// An element around text.
  static func text(_ name: String, class kind: String = "", _ text: String) -> String {
    element(name, class: kind, escaped(text))
  }

  static func list(_ lines: [String], class kind: String = "") -> String {
    element("ul", class: kind, lines.map { text("li", $0) }.joined())
  }

  static func fixed(_ lines: [String], class kind: String = "") -> String {
    text("pre", class: kind, lines.joined(separator: "\n"))
  }

  /// Something that opens when its heading is pressed.
  static func details(_ heading: String, isOpen: Bool = false, _ content: String) -> String {
    "<details\(isOpen ? " open" : "")>\(text("summary", heading))\(content)</details>\n"
  }

  /// A table in a box that scrolls by itself, so that a phone need not scroll the page. Groups between rules are bodies
  /// of their own.
  static func table(_ table: TextTable) -> String {
    func cell(_ name: String, _ text: String, _ index: Int, span: Int = 1) -> String {
      let isLeft = table.columns[min(index, table.columns.count - 1)].alignment == .left
      let attributes = (isLeft ? "" : " class=\"n\"") + (span > 1 ? " colspan=\"\(span)\"" : "")
      return "<\(name)\(attributes)>\(escaped(text))</\(name)>"
    }
    let head = table.columns.enumerated().map { cell("th", $1.title, $0) }.joined()
    var bodies: [[String]] = [[]]
    for row in table.rows {
      switch row {
      case .rule: bodies.append([])
      case .cells(let cells):
        let missing = max(0, table.columns.count - cells.count)
        let all = cells + [String](repeating: "", count: missing)
        bodies[bodies.count - 1].append(
          all.prefix(table.columns.count).enumerated().map { cell("td", $1, $0) }.joined())
      case .note(let cells, let text):
        let shown = cells.enumerated().map { cell("td", $1, $0) }.joined()
        let span = max(1, table.columns.count - cells.count)
        bodies[bodies.count - 1].append(
          shown + "<td class=\"hole\" colspan=\"\(span)\">\(escaped(text))</td>")
      }
    }
    let body = bodies.filter { !$0.isEmpty }.map { rows in
      "<tbody>" + rows.map { "<tr>\($0)</tr>\n" }.joined() + "</tbody>"
    }.joined()
    return "<div class=\"scroll\"><table><thead><tr>\(head)</tr></thead>\(body)</table></div>\n"
  }
}
