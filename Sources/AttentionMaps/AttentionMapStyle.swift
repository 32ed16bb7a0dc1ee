/// How maps are drawn.
public struct AttentionMapStyle: Sendable, Equatable {
  /// The colours of the weights.
  public var colorMap: ColorMap
  /// The weight that has the last colour; `nil`: the largest in the map. Give 1 to compare maps.
  public var largestWeight: Float?
  /// The side of a cell in pixels, at least 1.
  public var cellSize: Int
  /// How many columns of a terminal, or as much space in a picture, a token's label may take.
  public var labelLimit: Int

  /// A style; what is not given is as it fits sentences of up to some 50 tokens.
  public init(
    colorMap: ColorMap = .viridis, largestWeight: Float? = nil, cellSize: Int = 18,
    labelLimit: Int = 24
  ) {
    self.colorMap = colorMap
    self.largestWeight = largestWeight
    self.cellSize = cellSize
    self.labelLimit = labelLimit
  }

  /// What stands at the end of a map's colour scale. More than 0, so that one can divide by it.
  func top(of map: LabeledAttentionMap) -> Float {
    let top = largestWeight ?? map.largestWeight
    return top > 0 && top < .infinity ? top : 1
  }

  /// The cells' size, never less than a pixel.
  var cell: Int { max(1, cellSize) }
}
