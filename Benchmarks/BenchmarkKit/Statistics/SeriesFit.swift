import Foundation

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
  /// The smallest and the largest size that were fitted.
  public let range: Interval?

  /// Fits every series that has at least two sizes, in order of first appearance.
  ///
  /// - Parameters:
  ///   - parameter: the size that a series grows with.
  ///   - octaves: how many doublings below its largest size a series is fitted to; nil: all of it. A cost such as
  ///     a n² + b n is close to a power at its upper end only.
  ///   - value: what is fitted; the median time, unless said otherwise.
  public static func fits(
    of results: [ContenderResult], against parameter: String, octaves: Double? = nil,
    value: (ContenderResult) -> Double? = { $0.summary?.median }
  ) -> [SeriesFit] {
    struct Key: Hashable {
      let name: String
      let task: String
      let fixed: [SizeParameter]
    }
    var order: [Key] = []
    var points: [Key: [(x: Double, y: Double)]] = [:]
    for result in results {
      guard let x = result.value(of: parameter), let y = value(result)
      else { continue }
      let key = Key(
        name: result.name, task: result.task,
        fixed: result.parameters.filter { $0.name != parameter })
      if points[key] == nil { order.append(key) }
      points[key, default: []].append((x, y))
    }
    return order.compactMap { key in
      let all = points[key] ?? []
      let largest = all.map(\.x).max() ?? 0
      // A little room, so that 2896, half an octave below 4096, is one of the sizes.
      let smallest = octaves.map { largest / pow(2, $0 + 0.01) } ?? 0
      let used = all.filter { $0.x >= smallest }
      return PowerLawFit(used).map {
        SeriesFit(
          name: key.name, task: key.task, parameter: parameter, fixed: key.fixed, fit: $0,
          range: Interval(lower: used.map(\.x).min() ?? 0, upper: largest))
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
      text += " (95 % interval \(interval.text { Format.fixed($0, digits: 2) })"
      text += ", \(fit.pointCount) sizes"
      if let range {
        text += " from \(Format.plain(range.lower)) to \(Format.plain(range.upper))"
      }
      text += ")"
    } else {
      text += " (\(fit.pointCount) sizes, too few for an interval)"
    }
    return text
  }
}
