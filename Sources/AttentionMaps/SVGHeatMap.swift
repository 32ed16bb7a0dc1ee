/// The cells of a map as paths, one for each colour that occurs.
struct SVGHeatMap {
  let map: LabeledAttentionMap
  let style: AttentionMapStyle
  /// The side of a cell.
  let cell: Double

  var width: Double { Double(map.keys.count) * cell }
  var height: Double { Double(map.queries.count) * cell }

  /// The cells with their upper left corner at a place.
  func svg(x: Double, y: Double) -> String {
    let number = SVGText.number
    let colors = style.colorMap.colors
    let top = style.top(of: map)
    var paths: [Int: String] = [:]
    for query in map.queries.indices {
      let levels = map.row(query).map { ColorMap.index(of: $0 / top) }
      var start = 0
      while start < levels.count {
        var end = start + 1
        while end < levels.count && levels[end] == levels[start] { end += 1 }
        // The lowest level is the ground.
        if levels[start] > 0 {
          let width = Double(end - start) * cell
          paths[levels[start], default: ""] +=
            "M\(number(x + Double(start) * cell)) \(number(y + Double(query) * cell))"
            + "h\(number(width))v\(number(cell))h\(number(-width))z"
        }
        start = end
      }
    }
    var svg =
      "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" "
      + "height=\"\(number(height))\" fill=\"\(colors[0].hexadecimal)\"/>\n"
    for (level, path) in paths.sorted(by: { $0.key < $1.key }) {
      svg += "<path fill=\"\(colors[level].hexadecimal)\" d=\"\(path)\"/>\n"
    }
    return "<g shape-rendering=\"crispEdges\">\n\(svg)</g>\n"
  }

  /// Thin lines between the cells, every fifth a little stronger, that lead the eye to the labels.
  func lines(x: Double, y: Double) -> String {
    let number = SVGText.number
    var (thin, strong) = ("", "")
    for column in 1..<max(1, map.keys.count) {
      let line = "M\(number(x + Double(column) * cell)) \(number(y))v\(number(height))"
      if column % 5 == 0 { strong += line } else { thin += line }
    }
    for row in 1..<max(1, map.queries.count) {
      let line = "M\(number(x)) \(number(y + Double(row) * cell))h\(number(width))"
      if row % 5 == 0 { strong += line } else { thin += line }
    }
    return [(thin, "0.12"), (strong, "0.35")].filter { !$0.0.isEmpty }.map { path, opacity in
      "<path d=\"\(path)\" stroke=\"#fff\" stroke-opacity=\"\(opacity)\" stroke-width=\"0.6\" "
        + "fill=\"none\"/>\n"
    }.joined()
  }

  /// A bar with all colours and the weights that they stand for, 24 pixels high.
  func legend(x: Double, y: Double, width: Double, identifier: String) -> String {
    let number = SVGText.number
    let colors = style.colorMap.colors
    var stops = ""
    for step in 0...32 {
      let color = colors[min(255, step * 8)].hexadecimal
      stops += "<stop offset=\"\(number(Double(step) / 0.32))%\" stop-color=\"\(color)\"/>"
    }
    var svg =
      "<linearGradient id=\"\(identifier)\">\(stops)</linearGradient>\n"
      + "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"10\" "
      + "fill=\"url(#\(identifier))\" stroke=\"#888\" stroke-width=\"0.5\"/>\n"
    let top = style.top(of: map)
    for (share, anchor) in [(Float(0), "start"), (0.5, "middle"), (1, "end")] {
      svg +=
        "<text x=\"\(number(x + Double(share) * width))\" y=\"\(number(y + 22))\" font-size=\"10\" "
        + "text-anchor=\"\(anchor)\">\(LabeledAttentionMap.number(share * top))</text>\n"
    }
    return svg
  }
}
