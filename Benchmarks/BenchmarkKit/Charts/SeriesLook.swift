/// How one series of a chart is told from the others: by colour, by dashes and by the shape of its points.
struct SeriesLook: Equatable {
  /// The place of the colour in ``colours``; nil for a guide that belongs to no group, which is grey.
  let colour: Int?
  /// How many series before it have the same colour.
  let dash: Int
  /// The number of its point's shape.
  let point: Int

  /// Colours that colour-blind people can tell apart and that keep their order of lightness in print, after Okabe and
  /// Ito (2008), with a darker yellow.
  static let colours = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#b8860b", "#6a4c93", "#7f7f7f",
  ]
  /// Of what belongs to no series.
  static let grey = "#57606a"
}

extension Chart {
  /// The looks of the series, in their order.
  var looks: [SeriesLook] {
    var groups: [String] = []
    var members: [Int: Int] = [:]
    var points = 0
    var guides = 0
    return series.map { series in
      if series.style == .guide && series.group == nil {
        guides += 1
        return SeriesLook(colour: nil, dash: guides, point: 0)
      }
      let group = series.group ?? series.name
      let place =
        groups.firstIndex(of: group)
        ?? {
          groups.append(group)
          return groups.count - 1
        }()
      let colour = place % SeriesLook.colours.count
      let dash = members[colour, default: 0]
      members[colour] = dash + 1
      points += 1
      return SeriesLook(colour: colour, dash: dash, point: points - 1)
    }
  }
}
