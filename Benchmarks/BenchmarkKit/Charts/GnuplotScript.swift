import Foundation

/// The commands that make gnuplot draw a chart.
struct GnuplotScript {
  static let gridColour = "#d9dee4"
  /// The picture's size in pixels, for a font that is still readable at half of it.
  static let height = 520.0
  static let fontSize = 17.0
  /// The width of a letter, on average.
  static let letter = 0.53 * fontSize
  static let line = 1.35 * fontSize

  let chart: Chart
  let hasTitle: Bool
  let width: Double
  let xScale: ChartScale
  let yScale: ChartScale
  let looks: [SeriesLook]
  /// The plotting area's distances from the picture's left, right, bottom and top, in pixels.
  let margins: (left: Double, right: Double, bottom: Double, top: Double)
  let legend: Legend
  let isTurned: Bool

  /// Where the legend stands.
  enum Legend: Equatable {
    case none
    case outside
    case inside(isLeft: Bool, isTop: Bool)
  }

  init(_ chart: Chart, hasTitle: Bool) {
    // Inside where there are few entries and a free corner.
    let inside = GnuplotScript(chart, hasTitle: hasTitle, isOutside: false)
    self =
      chart.series.count > 5 || inside.legend == .outside
      ? GnuplotScript(chart, hasTitle: hasTitle, isOutside: true) : inside
  }

  /// The layout with room for a legend outside, or without; ``legend`` says whether it needs the room.
  private init(_ chart: Chart, hasTitle: Bool, isOutside: Bool) {
    self.chart = chart
    self.hasTitle = hasTitle
    looks = chart.looks
    let names = chart.series.map(\.name)
    let legendWidth =
      Self.letter * Double(names.map(\.count).max() ?? 0) + 4.5 * Self.fontSize
    let plainScale = chart.yScale(tickCount: 8)
    let labels = plainScale.ticks.map(\.label.count).max() ?? 0
    let left = Self.letter * Double(labels) + (plainScale.title.isEmpty ? 28 : 42 + Self.line)
    width = isOutside ? 780 + legendWidth : 820
    let right = isOutside ? legendWidth + 16 : 28
    let across = width - left - right
    let categories = chart.xAxis.categories
    let longest = Double(categories.map(\.count).max() ?? 0) * Self.letter
    isTurned = longest > across / Double(max(1, categories.count)) - 8
    xScale = chart.xScale(tickCount: max(2, Int(across / (6.5 * Self.letter))))
    let ticks = isTurned ? longest * 0.62 + Self.line : Self.line
    // A turned name ends below its place and begins to the left of it, where there must be paper.
    let room = across / Double(max(1, categories.count))
    let overhang = categories.enumerated().map { place, name in
      0.84 * Self.letter * Double(name.count) - (Double(place) + 0.5) * room
    }
    margins = (
      isTurned ? max(left, overhang.max() ?? 0) : left, right,
      28 + ticks + (xScale.title.isEmpty ? 0 : Self.line + 10),
      hasTitle && !chart.title.isEmpty ? 2.5 * Self.line : 18
    )
    // Marks are named above the data.
    let down = Self.height - margins.bottom - margins.top
    let named = Self.markRows(chart.drawableMarks) * Self.line
    yScale = named > 0 ? plainScale.withHeadroom(min(0.5, named / down)) : plainScale
    if names.count < 2 && names.first.map({ $0.isEmpty || chart.title.contains($0) }) != false {
      legend = .none
    } else if isOutside {
      legend = .outside
    } else {
      legend =
        Self.corner(
          chart, xScale, yScale, width: legendWidth / across,
          height: (Double(names.count) * Self.line + 12) / down) ?? .outside
    }
  }

  /// The plotting area in pixels.
  var area: (width: Double, height: Double) {
    (width - margins.left - margins.right, Self.height - margins.bottom - margins.top)
  }

  /// All commands.
  func text(as format: Gnuplot.Format) -> String {
    let size = "\(Int(width)),\(Int(Self.height))"
    let font = "font 'sans-serif,\(Int(Self.fontSize))' background '#ffffff'"
    var lines = ["set encoding utf8"]
    switch format {
    case .svg:
      lines.append("set terminal svg size \(size) dynamic noenhanced \(font)")
    case .png:
      // Points are larger than pixels at Cairo's resolution, hence the factor of the font.
      let double = "\(Int(2 * width)),\(Int(2 * Self.height))"
      lines.append(
        "set terminal pngcairo size \(double) fontscale 1.6 linewidth 2 pointscale 2 noenhanced "
          + font)
    }
    lines += frame() + legendCommands() + markCommands() + labelCommands()
    let plots = plotCommands()
    lines += plots.data
    lines.append("plot " + plots.commands.joined(separator: ", \\\n  "))
    return lines.joined(separator: "\n") + "\n"
  }

  private func frame() -> [String] {
    var lines = [
      "set margins at screen \(margins.left / width), at screen \(1 - margins.right / width), "
        + "at screen \(margins.bottom / Self.height), at screen \(1 - margins.top / Self.height)",
      "set border 3 linewidth 1.2", "set tics nomirror out scale 0.7",
      "set grid noxtics ytics lc rgb '\(Self.gridColour)' lw 1 dt 1",
      "set xrange [\(xScale.lower):\(xScale.upper)]",
      "set yrange [\(yScale.lower):\(yScale.upper)]",
      "set xlabel \(Self.quoted(xScale.title)) offset 0,\(isTurned ? -0.2 : 0.2)",
      "set ylabel \(Self.quoted(yScale.title)) offset 0.6,0",
    ]
    if hasTitle && !chart.title.isEmpty { lines.append("set title \(Self.quoted(chart.title))") }
    for (name, scale) in [("x", xScale), ("y", yScale)] {
      if scale.isLogarithmic { lines.append("set logscale \(name)") }
      let ticks =
        scale.ticks.map { "\(Self.quoted($0.label)) \($0.value)" }
        + scale.minorTicks.map { "'' \($0) 1" }
      let turn = name == "x" && isTurned ? "rotate by 35 right " : ""
      lines.append("set \(name)tics \(turn)(" + ticks.joined(separator: ", ") + ")")
    }
    return lines
  }

  /// A text that gnuplot takes as it is. Within single quotes only the quote itself is special, and doubling it does
  /// not work everywhere (not as the first character, in version 5.4), hence an apostrophe in its place.
  static func quoted(_ text: String) -> String {
    let flat = text.unicodeScalars.map { scalar -> Character in
      if scalar == "'" { return "’" }
      return scalar.properties.generalCategory == .control ? " " : Character(scalar)
    }
    return "'" + String(flat) + "'"
  }

  static func colour(_ look: SeriesLook) -> String {
    look.colour.map { SeriesLook.colours[$0 % SeriesLook.colours.count] } ?? SeriesLook.grey
  }
}
