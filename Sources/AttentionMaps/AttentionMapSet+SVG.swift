extension AttentionMapSet {
  /// All maps in one picture: a row for each layer, a column for each head, one kind below the other. A set
  /// of one map is drawn with its tokens.
  ///
  /// - Parameter style: the colours and the scale; without ``AttentionMapStyle/largestWeight`` each map has
  ///   its own. The size of cells is chosen so that a map takes `panelSize`.
  /// - Parameter panelSize: the longer side of a map in pixels.
  public func svg(style: AttentionMapStyle = AttentionMapStyle(), panelSize: Int = 132) -> String {
    if maps.count == 1 { return maps[0].svg(style: style) }
    let number = SVGText.number
    let (left, gap) = (62.0, 10.0)
    var body = ""
    var y = 8.0
    var width = 240.0
    for kind in kinds {
      let grid = Grid(maps(of: kind), panelSize: Double(max(1, panelSize)))
      body += "<text x=\"8\" y=\"\(number(y + 14))\" font-size=\"14\">\(grid.title)</text>\n"
      y += 24
      for (column, head) in grid.heads.enumerated() {
        let x = left + Double(column) * (grid.width + gap) + grid.width / 2
        let name = head.map { "head \($0)" } ?? "mean"
        body +=
          "<text x=\"\(number(x))\" y=\"\(number(y + 10))\" text-anchor=\"middle\">\(name)</text>\n"
      }
      y += 16
      for (row, layer) in grid.layers.enumerated() {
        let top = y + Double(row) * (grid.height + gap)
        body +=
          "<text x=\"\(number(left - 8))\" y=\"\(number(top + grid.height / 2 + 4))\" "
          + "text-anchor=\"end\">\(layer.map { "layer \($0)" } ?? "mean")</text>\n"
        for (column, head) in grid.heads.enumerated() {
          guard let map = grid.map(layer, head) else { continue }
          body += SVGHeatMap(map: map, style: style, cell: grid.cell).svg(
            x: left + Double(column) * (grid.width + gap), y: top)
        }
      }
      y += Double(grid.layers.count) * (grid.height + gap) + 8
      width = max(width, left + Double(grid.heads.count) * (grid.width + gap))
    }
    let opening = SVGText.opening(
      width: width.rounded(.up), height: y.rounded(.up), fontSize: 11, title: "attention weights")
    return opening + body + "</svg>\n"
  }
}

/// The maps of one kind by layer and head.
struct Grid {
  let layers: [Int?]
  let heads: [Int?]
  let title: String
  /// The side of a cell.
  let cell: Double
  let width: Double
  let height: Double
  private let maps: [LabeledAttentionMap]

  /// - Parameter maps: at least one.
  init(_ maps: [LabeledAttentionMap], panelSize: Double) {
    func distinct(_ numbers: [Int?]) -> [Int?] {
      Set(numbers).sorted { ($0 ?? .max) < ($1 ?? .max) }
    }
    self.maps = maps
    layers = distinct(maps.map(\.layer))
    heads = distinct(maps.map(\.head))
    title = maps[0].title.prefix { $0 != "," }.description
    let (rows, columns) = (Double(maps[0].queries.count), Double(maps[0].keys.count))
    let side = panelSize / max(1, rows, columns)
    // Whole pixels, so that all cells look alike, unless cells are smaller.
    cell = side >= 1 ? side.rounded(.down) : side
    width = cell * columns
    height = cell * rows
  }

  func map(_ layer: Int?, _ head: Int?) -> LabeledAttentionMap? {
    maps.first { $0.layer == layer && $0.head == head }
  }
}
