import BenchmarkKit

/// The tokens of a search, from the laps of its runs.
struct DecodeTimes {
  let result: ContenderResult
  /// Seconds to the first token, of each run.
  let first: [Double]
  /// Seconds of each other token, run by run.
  let next: [[Double]]

  /// Nil for a hole.
  init?(_ result: ContenderResult) {
    let laps = result.samples.compactMap(\.laps).filter { !$0.isEmpty }
    if laps.isEmpty { return nil }
    self.result = result
    first = laps.map { $0[0] }
    next = laps.map { Array($0.dropFirst()) }
  }

  /// A quantile of all steps after the first.
  func next(_ fraction: Double) -> Double? {
    Quantiles.quantile(fraction, ofSorted: next.flatMap { $0 }.sorted())
  }

  /// The median of each run's steps, which do not depend on one another as the steps of a run do.
  var nextMedians: [Double] { next.compactMap { Quantiles.median(of: $0) } }

  /// The median of the steps from one share of the output to another, of all runs.
  func next(from lower: Double, to upper: Double) -> [Double] {
    next.flatMap { steps in
      steps[Int(lower * Double(steps.count))..<Int(upper * Double(steps.count))]
    }
  }

  /// Time of a token by its place in the output, several places together where there are many.
  func byPosition(_ name: String) -> ChartSeries {
    let count = next.first?.count ?? 0
    let width = max(1, count / 16)
    return ChartSeries(
      name,
      points: stride(from: 0, to: count - width + 1, by: width).compactMap { start in
        let times = next.flatMap { $0[start..<start + width] }
        return Summary(times).map {
          // The first of the steps in `next` writes token 2.
          ChartSeries.Point(
            x: Double(start) + 2 + Double(width - 1) / 2, y: $0.median, interval: $0.interval)
        }
      })
  }
}
