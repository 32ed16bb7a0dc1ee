import Foundation

extension LabeledAttentionMap {
  /// The map as text: a line for each query, two columns for each key, the keys' tokens written downwards.
  ///
  /// - Parameters:
  ///   - terminal: what shows the weights.
  ///   - style: the colours, the scale, and how long labels may be.
  ///   - width: the columns of the terminal; keys that do not fit come in a block below. `nil`: no limit.
  public func terminalText(
    _ terminal: TerminalStyle = .plain,
    style: AttentionMapStyle = AttentionMapStyle(labelLimit: 14),
    width: Int? = nil
  ) -> String {
    let limit = max(1, style.labelLimit)
    let rowLabels = queries.map { TokenLabel.text($0, columns: limit) }
    let columnLabels = keys.map { TokenLabel.text($0, columns: limit) }
    let margin = rowLabels.map(TextWidth.columns).max() ?? 0
    let painter = CellPainter(terminal: terminal, colors: style.colorMap.colors)
    let top = style.top(of: self)
    let room = width.map { max(1, ($0 - margin - 1) / 2) } ?? keys.count
    var text = title + "\n"
    for start in stride(from: 0, to: keys.count, by: max(1, room)) {
      let block = start..<min(keys.count, start + room)
      text += Self.header(columnLabels[block], margin: margin)
      for query in queries.indices {
        let label = rowLabels[query]
        text += String(repeating: " ", count: margin - TextWidth.columns(of: label)) + label + " "
        text += painter.line(block.map { self[query, $0] / top }) + "\n"
      }
    }
    let steps = (0..<16).map { Float($0) / 15 }
    text += String(repeating: " ", count: margin) + " 0 " + painter.line(steps, columns: 1)
    return text + " " + Self.number(top) + "\n"
  }

  /// The labels from top to bottom, their ends beside the cells.
  private static func header(_ labels: ArraySlice<String>, margin: Int) -> String {
    let columns = labels.map(Array.init)
    let height = columns.map(\.count).max() ?? 0
    var text = ""
    for line in 0..<height {
      var row = String(repeating: " ", count: margin + 1)
      for column in columns {
        let place = line - (height - column.count)
        let character = place >= 0 ? String(column[place]) : ""
        row += character
        row += String(repeating: " ", count: max(0, 2 - TextWidth.columns(of: character)))
      }
      while row.last == " " { row.removeLast() }
      text += row + "\n"
    }
    return text
  }

  /// A weight for a scale, short: 0.5, 0.083, 1.
  static func number(_ weight: Float) -> String {
    String(format: "%.3g", Double(weight))
  }
}

/// Turns weights into coloured or shaded cells.
private struct CellPainter {
  let terminal: TerminalStyle
  let colors: [RGBColor]

  /// The cells of a line, each of so many columns.
  func line(_ shares: [Float], columns: Int = 2) -> String {
    let shades: [Character] = [" ", "░", "▒", "▓", "█"]
    var text = ""
    var last = ""
    for share in shares {
      if terminal == .plain {
        // Blank is what has next to no weight; the other four share the rest.
        let shade = share < 0.02 ? 0 : min(4, 1 + Int(share * 4))
        text += String(repeating: shades[shade], count: columns)
        continue
      }
      let code = code(of: colors[ColorMap.index(of: share)])
      if code != last { text += code }
      last = code
      text += String(repeating: " ", count: columns)
    }
    return last.isEmpty ? text : text + "\u{1B}[0m"
  }

  private func code(of color: RGBColor) -> String {
    terminal == .trueColor
      ? "\u{1B}[48;2;\(color.red);\(color.green);\(color.blue)m"
      : "\u{1B}[48;5;\(color.terminalIndex)m"
  }
}

extension AttentionMapSet {
  /// The maps as text, one below the other.
  ///
  /// - Parameters:
  ///   - terminal: what shows the weights.
  ///   - style: the colours, the scale, and how long labels may be.
  ///   - width: the columns of the terminal; `nil`: no limit.
  public func terminalText(
    _ terminal: TerminalStyle = .plain,
    style: AttentionMapStyle = AttentionMapStyle(labelLimit: 14),
    width: Int? = nil
  ) -> String {
    maps.map { $0.terminalText(terminal, style: style, width: width) }.joined(separator: "\n")
  }
}
