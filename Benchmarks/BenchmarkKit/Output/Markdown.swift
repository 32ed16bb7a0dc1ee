/// Pieces of Markdown (with GitHub's tables) made of plain text.
enum Markdown {
  /// Text that is shown as it is.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\", "`", "*", "_", "[", "]", "|", "~", "#": result += "\\\(character)"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case let character where character.isNewline: result += " "
      default: result.append(character)
      }
    }
    return result
  }

  /// Lines in a block of fixed width.
  static func code(_ lines: [String]) -> [String] {
    let text = lines.joined(separator: "\n")
    // A fence is longer than any run of its characters within.
    var fence = "```"
    while text.contains(fence) { fence += "`" }
    return [fence + "text"] + lines + [fence]
  }

  static func table(_ table: TextTable) -> [String] {
    func row(_ cells: [String]) -> String {
      "| " + cells.joined(separator: " | ") + " |"
    }
    let count = table.columns.count
    var lines = [
      row(table.columns.map { escaped($0.title) }),
      row(table.columns.map { $0.alignment == .left ? ":--" : "--:" }),
    ]
    for item in table.rows {
      switch item {
      case .cells(let cells):
        let missing = [String](repeating: "", count: max(0, count - cells.count))
        lines.append(row((cells + missing).prefix(count).map(escaped)))
      case .note(let cells, let text):
        // A row cannot run on over columns: the reason is in the first that follows.
        let filled = (cells + [text]).prefix(count)
        let missing = [String](repeating: "", count: count - filled.count)
        lines.append(row((filled + missing).map(escaped)))
      case .rule: continue
      }
    }
    return lines
  }

  static func list(_ lines: [String]) -> [String] { lines.map { "- " + escaped($0) } }
}
