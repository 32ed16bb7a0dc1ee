extension LabeledAttentionMap {
  /// The map as a PNG file, its cells alone: text needs fonts, which ``PictureConverter`` has.
  ///
  /// - Throws: ``AttentionMapError/pictureSize(width:height:)`` for a map without cells, or one too large.
  public func png(style: AttentionMapStyle = AttentionMapStyle()) throws(AttentionMapError)
    -> [UInt8]
  {
    let cell = style.cell
    var image = try PNGImage(
      width: PNGImage.product(keys.count, cell), height: PNGImage.product(queries.count, cell))
    draw(in: &image, x: 0, y: 0, cell: cell, style: style)
    return image.bytes
  }

  fileprivate func draw(
    in image: inout PNGImage, x: Int, y: Int, cell: Int, style: AttentionMapStyle
  ) {
    let colors = style.colorMap.colors
    let top = style.top(of: self)
    for query in queries.indices {
      for key in keys.indices {
        image.fill(
          x: x + key * cell, y: y + query * cell, width: cell, height: cell,
          colors[ColorMap.index(of: self[query, key] / top)])
      }
    }
  }
}

extension AttentionMapSet {
  /// All maps in one PNG file, their cells alone: a row for each layer, a column for each head, one kind below
  /// the other.
  ///
  /// - Parameter panelSize: the longer side of a map in pixels, if its cells have a pixel at least.
  /// - Throws: ``AttentionMapError/pictureSize(width:height:)`` when there are no cells, or too many.
  public func png(style: AttentionMapStyle = AttentionMapStyle(), panelSize: Int = 132)
    throws(AttentionMapError) -> [UInt8]
  {
    if maps.count == 1 { return try maps[0].png(style: style) }
    let gap = 6
    let grids = kinds.map { Grid(maps(of: $0), panelSize: Double(max(1, panelSize))) }
    func size(_ grid: Grid) -> (cell: Int, width: Int, height: Int) {
      let map = maps.first { $0.title.hasPrefix(grid.title) }!
      let cell = max(1, Int(grid.cell))
      return (cell, cell * map.keys.count + gap, cell * map.queries.count + gap)
    }
    let width = grids.map { size($0).width * $0.heads.count }.max() ?? 0
    let height = grids.reduce(0) { $0 + size($1).height * $1.layers.count + gap }
    var image = try PNGImage(width: max(0, width - gap), height: max(0, height - 2 * gap))
    var y = 0
    for grid in grids {
      let (cell, width, height) = size(grid)
      for layer in grid.layers {
        for (column, head) in grid.heads.enumerated() {
          grid.map(layer, head)?.draw(in: &image, x: column * width, y: y, cell: cell, style: style)
        }
        y += height
      }
      y += gap
    }
    return image.bytes
  }
}

extension PNGImage {
  /// A product that is too large for a picture rather than for an integer.
  static func product(_ a: Int, _ b: Int) -> Int {
    let (value, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? .max : value
  }
}
