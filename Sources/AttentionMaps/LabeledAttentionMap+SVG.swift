import Foundation

extension LabeledAttentionMap {
  /// The map as a picture: queries on the left, keys on top, a scale of the colours below.
  ///
  /// The text is text: tokens can be searched for, and need a font that has their characters where the
  /// picture is shown.
  public func svg(style: AttentionMapStyle = AttentionMapStyle()) -> String {
    SVGDrawing(map: self, style: style).svg
  }

  /// The sides that the two axes belong to.
  var axes: (queries: String, keys: String) {
    switch kind {
    case .encoderSelf: ("source (query)", "source (key)")
    case .decoderSelf: ("target (query)", "target (key)")
    case .cross, .recurrent: ("target (query)", "source (key)")
    }
  }
}

/// A labelled drawing of one map.
private struct SVGDrawing {
  let map: LabeledAttentionMap
  let style: AttentionMapStyle
  private let heat: SVGHeatMap
  private let fontSize: Double
  private let queryLabels: [String]
  private let keyLabels: [String]
  /// The keys' labels rise so steeply that neighbours do not touch; where each fits its cell, such as letters
  /// and Chinese characters, they stand upright.
  private let angle: Double
  private static let legendWidth = 160.0

  init(map: LabeledAttentionMap, style: AttentionMapStyle) {
    self.map = map
    self.style = style
    let cell = Double(style.cell)
    heat = SVGHeatMap(map: map, style: style, cell: cell)
    // Labels of cells that are too small for them overlap rather than vanish.
    fontSize = min(13, max(6, cell * 0.72))
    queryLabels = map.queries.map { TokenLabel.text($0, columns: max(1, style.labelLimit)) }
    let labels = map.keys.map { TokenLabel.text($0, columns: max(1, style.labelLimit)) }
    let (size, room) = (fontSize, cell - 1)
    angle = labels.allSatisfy { SVGText.width(of: $0, fontSize: size) <= room } ? 0 : 60
    keyLabels = labels
  }

  var svg: String {
    let box = layout
    let number = SVGText.number
    var svg = SVGText.opening(
      width: box.width, height: box.height, fontSize: fontSize, title: map.title)
    svg += "<text x=\"8\" y=\"20\" font-size=\"14\">\(SVGText.escaped(map.title))</text>\n"
    svg +=
      "<text x=\"\(number(box.left))\" y=\"38\" font-size=\"11\" fill=\"#666\">"
      + "\(map.axes.keys) →</text>\n"
    svg +=
      "<text transform=\"translate(16 \(number(box.bottom))) rotate(-90)\" font-size=\"11\" "
      + "fill=\"#666\">← \(map.axes.queries)</text>\n"
    svg += heat.svg(x: box.left, y: box.top)
    // Lines closer than this would veil the colours.
    if heat.cell >= 8 && style.colorMap != .grays { svg += heat.lines(x: box.left, y: box.top) }
    for (index, label) in queryLabels.enumerated() {
      let y = box.top + (Double(index) + 0.5) * heat.cell + fontSize * 0.35
      svg +=
        "<text x=\"\(number(box.left - 6))\" y=\"\(number(y))\" text-anchor=\"end\">"
        + "\(SVGText.escaped(label))</text>\n"
    }
    for (index, label) in keyLabels.enumerated() {
      let x = box.left + (Double(index) + 0.5) * heat.cell + (angle > 0 ? fontSize * 0.3 : 0)
      let turn =
        angle > 0 ? " rotate(-\(number(angle)))\"" : "\" text-anchor=\"middle\""
      svg +=
        "<text transform=\"translate(\(number(x)) \(number(box.top - 5)))\(turn)>"
        + "\(SVGText.escaped(label))</text>\n"
    }
    svg += heat.legend(
      x: box.left, y: box.height - 34, width: Self.legendWidth,
      identifier: map.identifier + "-weights")
    return svg + "</svg>\n"
  }

  /// Where the cells stand, and how large the drawing is.
  private var layout: Layout {
    let radians = angle * .pi / 180
    func widths(_ labels: [String]) -> [Double] {
      labels.map { SVGText.width(of: $0, fontSize: fontSize) }
    }
    let keyWidths = widths(keyLabels)
    let left: Double = 32 + (widths(queryLabels).max() ?? 0)
    // Upright labels stand right below the caption.
    let top: Double = (angle > 0 ? 44 : 50) + (keyWidths.max() ?? 0) * sin(radians) + fontSize
    // How far to the right the keys' labels reach.
    var reach = heat.width + 8
    for (index, width) in keyWidths.enumerated() {
      let start: Double = (Double(index) + 0.5) * heat.cell
      reach = max(reach, start + width * cos(radians) + fontSize)
    }
    reach = max(reach, SVGText.width(of: map.axes.keys, fontSize: 11), Self.legendWidth)
    let titleWidth = SVGText.width(of: map.title, fontSize: 14)
    let captionWidth = SVGText.width(of: map.axes.queries, fontSize: 11)
    let bottom = top + max(heat.height, captionWidth)
    return Layout(
      left: left, top: top, bottom: bottom,
      width: max(left + reach + 8, titleWidth + 16).rounded(.up),
      height: (bottom + 46).rounded(.up))
  }

  private struct Layout {
    let left: Double
    let top: Double
    let bottom: Double
    let width: Double
    let height: Double
  }
}

extension LabeledAttentionMap {
  /// A name without spaces: "cross-0-3".
  public var identifier: String {
    "\(kind.rawValue)-\(layer.map(String.init) ?? "mean")-\(head.map(String.init) ?? "mean")"
  }
}
