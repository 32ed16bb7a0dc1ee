/// The growth of one series of results with one of its parameters.
public struct SeriesFit: Codable, Hashable, Sendable {
  /// The contender.
  public let name: String
  /// What it was asked to do.
  public let task: String
  /// The parameter that grows.
  public let parameter: String
  /// The other parameters, equal in all points of the series.
  public let fixed: [SizeParameter]
  /// The fitted law.
  public let fit: PowerLawFit

  /// Fits the medians of every series that has at least two sizes, in order of first appearance.
  public static func fits(of results: [ContenderResult], against parameter: String) -> [SeriesFit] {
    struct Key: Hashable {
      let name: String
      let task: String
      let fixed: [SizeParameter]
    }
    var order: [Key] = []
    var points: [Key: [(x: Double, y: Double)]] = [:]
    for result in results {
      guard let x = result.value(of: parameter), let median = result.summary?.median
      else { continue }
      let key = Key(
        name: result.name, task: result.task,
        fixed: result.parameters.filter { $0.name != parameter })
      if points[key] == nil { order.append(key) }
      points[key, default: []].append((x, median))
    }
    return order.compactMap { key in
      points[key].flatMap { PowerLawFit($0) }.map {
        SeriesFit(
          name: key.name, task: key.task, parameter: parameter, fixed: key.fixed, fit: $0)
      }
    }
  }
}

extension SeriesFit: CustomStringConvertible {
  /// For example `tiled forward: time grows as n^1.93 (95 % interval 1.88 to 1.98)`.
  public var description: String {
    let label = Contender.label(name: name, task: task, parameters: fixed)
    var text = "\(label): time grows as \(parameter)^\(Format.fixed(fit.exponent, digits: 2))"
    if let interval = fit.exponentInterval {
      text += " (95 % interval \(Format.fixed(interval.lower, digits: 2))"
      text += " to \(Format.fixed(interval.upper, digits: 2)), \(fit.pointCount) sizes)"
    } else {
      text += " (\(fit.pointCount) sizes, too few for an interval)"
    }
    return text
  }
}
